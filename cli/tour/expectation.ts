/** Looks into an answer by path, and says of a mutation's answer what every accepted command must have. */
import type { Answer } from './hub-client';
import type { StepWork } from './step';

/** The value at a dotted path of the data; undefined when a part of the path is not there. */
export function valueAt(answer: Answer, path: string): unknown {
  let value: unknown = answer.data;
  for (const part of path.split('.')) value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[part];
  return value;
}

export function codesOf(answer: Answer): readonly string[] {
  return answer.errors.map(({ extensions }) => extensions?.code ?? 'NONE');
}

/** A command that was not refused, and has its entry in the ledger. */
export function expectAccepted(work: StepWork, answer: Answer, mutation: string): void {
  const refusal = valueAt(answer, `${mutation}.ruleId`);
  const isAccepted = answer.errors.length === 0 && valueAt(answer, mutation) != null && refusal === undefined;
  work.expect(`${mutation} is accepted${typeof refusal === 'string' ? `, not refused by ${refusal}` : ''}`, isAccepted);
  const index = valueAt(answer, `${mutation}.ledgerIndex`);
  work.expect('its entry is in the ledger', Number.isSafeInteger(index) && valueAt(answer, `${mutation}.pending`) === false);
}
