/** The name of the lease under which the one writer of a log works: a hub's, or that of a command in its place. */
export const WRITER_LEASE = 'ledger writer';
