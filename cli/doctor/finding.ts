/** What `cession doctor` can find, and what is to be done about each. Names places and numbers, never what stands there. */

const REMEDIES = {
  ROOM_BEHIND: 'The room only reads until it has these records again: restore a later backup of its database, or recover it to the point in time after the last of them.',
  LEDGER_BEHIND_ROOM: 'Restore a later backup of the audit database: these receipts were given, so the entries existed. The hub does not start before.',
  FOLLOWER_AHEAD: 'Restore a later backup of the audit database: the room has followed entries that are not in it any more. The hub does not start before.',
  FOLLOWER_ELSEWHERE: 'This room followed another log, or the log was changed: compare with exports that others hold, and restore the database that differs. The hub does not start before.',
  KEY_STORE_BEHIND: "Restore a later backup of the key store: what these borrowers' values are sealed under is nowhere else. The borrowers room only reads before.",
  KEY_STORE_HOLDS_ERASED: 'Start the hub: the borrowers room destroys them again before it follows on. Let the backup they came from expire.',
  LEDGER_BEHIND_CHECKPOINT: 'Restore a later backup of the audit database: a larger tree was signed. The hub does not start before.',
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
