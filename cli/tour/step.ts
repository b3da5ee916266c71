/** What a step of the tour is and what it leaves behind: its questions, its answers, and whether each was as expected. */
import type { Text } from '../../schema/messages';
import type { Answer, Caller, Download, Question } from './hub-client';

/** Ids and files that one step finds and a later one needs. */
export const FACTS = [
  'agencyId',
  'agreementId',
  'borrowerId',
  'creditorId',
  'debtId',
  'earlierCheckpoint',
  'engagementId',
  'exportFile',
  'otherAgencyId',
  'otherDebtId',
  'placementId',
  'product',
  'region',
  'unplacedDebtId',
] as const;
export type Fact = (typeof FACTS)[number];

export const CALLERS = ['operator', 'agency', 'otherAgency', 'regulator'] as const;
export type CallerName = (typeof CALLERS)[number];

/** What a step can do. Everything it does is shown and kept. */
export interface StepWork {
  /** Asks the hub as one of the tour's parties. */
  ask(caller: CallerName, question: Question): Promise<Answer>;
  download(caller: CallerName, path: string, from?: number): Promise<Download>;
  /** Something done on this machine instead of through the hub: shown as the command that does the same. */
  act<T>(command: string, work: () => Promise<{ readonly result: T; readonly told: unknown }>): Promise<T>;
  /** A claim about what came back. A claim that does not hold makes the step differ. */
  expect(claim: string, holds: boolean): void;
  /** Throws when no earlier step has found it. */
  fact(name: Fact): string;
  learn(name: Fact, value: unknown): void;
  /** Gives a party its token once its id is known. */
  admit(caller: CallerName, org: string): Promise<void>;
  /** Unique to this run and this name, so that a tour can be repeated on the same hub. */
  clientKey(name: string): string;
}

export interface Step {
  readonly id: string;
  readonly title: Text;
  run(work: StepWork): Promise<void>;
}

export interface Exchange {
  readonly caller: CallerName | null;
  readonly asked: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly purpose?: string;
  readonly status?: number;
  readonly answer: unknown;
  readonly ledgerIndex: number | null;
}

export type StepOutcome = 'as expected' | 'differs' | 'not reached';

export interface StepReport {
  readonly id: string;
  readonly title: string;
  readonly outcome: StepOutcome;
  readonly ledgerIndex: number | null;
  readonly exchanges: readonly Exchange[];
  readonly claims: readonly { readonly claim: string; readonly holds: boolean }[];
  /** Why it ended early; null when it did not. */
  readonly problem: string | null;
}

export interface Parties {
  callerOf(name: CallerName): Caller;
  admit(name: CallerName, org: string): Promise<void>;
}
