/**
 * What a command tells a script by its exit code. 1 and 2 are verdicts; a command that could not come to one uses the codes
 * of BSD's sysexits.h, so that a missing file is never mistaken for a broken export.
 */

export const EXIT = {
  /** Done; `verify`: verified against a key given from outside. */
  done: 0,
  /** A check says no: `verify` found the export broken, `ledger fsck` the ledger, `reconcile` something overdue, `tour` a step that differs. */
  differs: 1,
  /** `verify`: consistent, but without a key from outside the origin is not trusted. */
  untrusted: 2,
  /** EX_USAGE: the command line is wrong. */
  usage: 64,
  /** EX_UNAVAILABLE: the hub, its database or its ledger could not do it. */
  unavailable: 69,
  /** EX_SOFTWARE: a defect of this program. */
  defect: 70,
  /** EX_CONFIG: a setting is wrong. */
  config: 78,
  /** Ended by Ctrl-C, as shells report it. */
  interrupted: 130,
} as const;

export const EXIT_CODES_HELP = `Exit codes:
  0    done; verify: verified against a key given from outside
  1    a check says no: verify, ledger fsck, reconcile, tour
  2    verify: consistent, but the origin is not trusted
  64   the command line is wrong
  69   the hub, its database or its ledger could not do it
  70   a defect of this program
  78   a setting is wrong
  130  interrupted`;
