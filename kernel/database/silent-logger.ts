/** TypeORM's logger, saying nothing: its texts quote statements and values. Failures reach diagnostics as errors instead. */
import type { Logger } from 'typeorm';

export class SilentLogger implements Logger {
  logQuery(): void {}
  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
