/**
 * Runs the steps of a tour one after another, shows each question and answer, and keeps the outcome. A step that differs does
 * not end the tour; a step whose needs no earlier step met is not reached.
 */
import { randomBytes } from 'node:crypto';
import type { Language } from '../../schema/messages';
import { describeFailure } from '../failure';
import type { Answer, Download, HubClient, Question } from './hub-client';
import type { CallerName, Exchange, Fact, Parties, Step, StepReport, StepWork } from './step';
import type { TourPrinter } from './tour-printer';

export interface TourSurroundings {
  readonly client: HubClient;
  readonly parties: Parties;
  readonly printer: TourPrinter;
  readonly language: Language;
  readonly interruption: AbortSignal;
}

class NeedUnmet extends Error {
  constructor(need: string) {
    super(`An earlier step did not find the ${need}.`);
  }
}

export async function runSteps(steps: readonly Step[], surroundings: TourSurroundings): Promise<StepReport[]> {
  const facts = new Map<Fact, string>();
  const run = randomBytes(4).toString('hex');
  const reports: StepReport[] = [];
  for (const [position, step] of steps.entries()) {
    surroundings.interruption.throwIfAborted();
    surroundings.printer.begin(position + 1, steps.length, step.title[surroundings.language]);
    const report = await new StepRun(step, facts, run, surroundings).report();
    surroundings.printer.end(report);
    reports.push(report);
  }
  return reports;
}

class StepRun implements StepWork {
  private readonly exchanges: Exchange[] = [];
  private readonly claims: { claim: string; holds: boolean }[] = [];

  constructor(
    private readonly step: Step,
    private readonly facts: Map<Fact, string>,
    private readonly run: string,
    private readonly surroundings: TourSurroundings,
  ) {}

  async report(): Promise<StepReport> {
    let problem: string | null = null;
    let isReached = true;
    try {
      await this.step.run(this);
    } catch (error) {
      isReached = !(error instanceof NeedUnmet);
      problem = error instanceof NeedUnmet ? error.message : (describeFailure(error).message ?? 'The step failed.');
    }
    const { exchanges, claims } = this;
    const holds = problem === null && claims.length > 0 && claims.every((claim) => claim.holds);
    const ledgerIndex = exchanges.reduce<number | null>((index, exchange) => exchange.ledgerIndex ?? index, null);
    return {
      id: this.step.id,
      title: this.step.title[this.surroundings.language],
      outcome: !isReached ? 'not reached' : holds ? 'as expected' : 'differs',
      ledgerIndex,
      exchanges,
      claims,
      problem,
    };
  }

  async ask(caller: CallerName, question: Question): Promise<Answer> {
    const { client, parties } = this.surroundings;
    const answer = await client.ask(parties.callerOf(caller), question);
    const { status, data, errors, ledgerIndex } = answer;
    const { operation, variables, purpose } = question;
    const shown = errors.length === 0 ? { data } : { errors: errors.map(({ message, path, extensions }) => ({ message, path, extensions })), data };
    this.keep({ caller, asked: operation, ...(variables && { variables }), ...(purpose && { purpose }), status, answer: shown, ledgerIndex });
    return answer;
  }

  async download(caller: CallerName, path: string, from = 0): Promise<Download> {
    const { client, parties } = this.surroundings;
    const download = await client.download(parties.callerOf(caller), path, from);
    const { status, bytes, ledgerIndex } = download;
    this.keep({ caller, asked: `GET ${path}${from === 0 ? '' : ` (range: bytes=${from}-)`}`, status, answer: `${bytes.length} bytes`, ledgerIndex });
    return download;
  }

  async act<T>(command: string, work: () => Promise<{ readonly result: T; readonly told: unknown }>): Promise<T> {
    const { result, told } = await work();
    this.keep({ caller: null, asked: command, answer: told, ledgerIndex: null });
    return result;
  }

  expect(claim: string, holds: boolean): void {
    this.claims.push({ claim, holds });
    this.surroundings.printer.claim(claim, holds);
  }

  fact(name: Fact): string {
    const value = this.facts.get(name);
    if (value === undefined) throw new NeedUnmet(name);
    return value;
  }

  learn(name: Fact, value: unknown): void {
    if (typeof value === 'string' && value !== '') this.facts.set(name, value);
  }

  admit(caller: CallerName, org: string): Promise<void> {
    return this.surroundings.parties.admit(caller, org);
  }

  clientKey(name: string): string {
    return `tour-${this.run}-${name}`;
  }

  private keep(exchange: Exchange): void {
    this.exchanges.push(exchange);
    this.surroundings.printer.exchange(exchange);
  }
}
