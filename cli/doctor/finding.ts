/** What `cession doctor` can find, and what is to be done about each. Names places and numbers, never what stands there. */

const REMEDIES = {
  ROOM_BEHIND: 'The room only reads until it has these records again: restore a later backup of its database, or recover it to the point in time after the last of them.',
  LEDGER_BEHIND_ROOM: 'Restore a later backup of the audit database: these receipts were given, so the entries existed. Do not start the hub before.',
  FOLLOWER_AHEAD: 'Restore a later backup of the audit database: the room has followed entries that are not in it any more. Do not start the hub before.',
  FOLLOWER_ELSEWHERE: 'This room followed another log, or the log was changed: compare with exports that others hold, and restore the database that differs.',
  LEDGER_BEHIND_CHECKPOINT: 'Restore a later backup of the audit database: a larger tree was signed. Do not start the hub before.',
  LEDGER_BEHIND_WITNESS: "Restore a later backup of the audit database: the witness holds a larger tree under this log's signature. The ledger refuses to sign before.",
  LEDGER_OTHER_THAN_WITNESSED: 'The log is not the one the witness saw: keep this database as it is, and restore one that continues what was witnessed.',
} as const;
export type FindingCode = keyof typeof REMEDIES;

export interface Finding {
  readonly code: FindingCode;
  /** Whose database, or which witness. */
  readonly where: string;
  /** What is missing, and from which place on. */
  readonly what: string;
  readonly remedy: string;
}

export function finding(code: FindingCode, where: string, what: string): Finding {
  return { code, where, what, remedy: REMEDIES[code] };
}
