/** The life of a placement as a table, and what no sequence of steps can bring about. */
import fc from 'fast-check';
import {
  endsAccess,
  OPEN_PLACEMENT_STATES,
  PLACEMENT_STATES,
  PLACEMENT_STEPS,
  takeStep,
  type Party,
  type PlacementState,
  type PlacementStep,
} from '../../../subgraphs/debts/placement';

const STEPS = Object.keys(PLACEMENT_STEPS) as PlacementStep[];
const PARTIES: readonly Party[] = ['CREDITOR', 'AGENCY', 'LEDGER'];

/** Written out a second time on purpose: a change of the table has to be made in two places to pass. */
const ALLOWED: readonly [PlacementState, PlacementStep, Party, PlacementState][] = [
  ['PROPOSED', 'accept', 'AGENCY', 'ACCEPTED'],
  ['PROPOSED', 'reject', 'AGENCY', 'REJECTED'],
  ['PROPOSED', 'close', 'CREDITOR', 'CLOSED'],
  ['PROPOSED', 'void', 'LEDGER', 'VOIDED'],
  ['ACCEPTED', 'activate', 'LEDGER', 'ACTIVE'],
  ['ACCEPTED', 'recall', 'CREDITOR', 'RECALLED'],
  ['ACCEPTED', 'void', 'LEDGER', 'VOIDED'],
  ['ACTIVE', 'requestRecall', 'CREDITOR', 'RECALL_REQUESTED'],
  ['ACTIVE', 'recall', 'CREDITOR', 'RECALLED'],
  ['ACTIVE', 'close', 'CREDITOR', 'CLOSED'],
  ['RECALL_REQUESTED', 'recall', 'CREDITOR', 'RECALLED'],
  ['RECALL_REQUESTED', 'close', 'CREDITOR', 'CLOSED'],
  ['RECALLED', 'close', 'CREDITOR', 'CLOSED'],
];

describe('a placement', () => {
  it('takes exactly the steps of the table, each by its party alone', () => {
    const taken: [PlacementState, PlacementStep, Party, PlacementState][] = [];
    for (const state of PLACEMENT_STATES)
      for (const step of STEPS)
        for (const party of PARTIES) {
          const decision = takeStep(state, step, party);
          if (decision.ok) taken.push([state, step, party, decision.state]);
        }
    const sorted = (rows: readonly (readonly string[])[]) => rows.map((row) => row.join(' ')).sort();
    expect(sorted(taken)).toEqual(sorted(ALLOWED));
  });

  it('is told its state and the one it cannot reach when a step is refused', () => {
    const decision = takeStep('CLOSED', 'accept', 'AGENCY');
    expect(decision).toMatchObject({ ok: false, refusal: { ruleId: 'PLACEMENT-STATE', message: 'A placement that is CLOSED cannot become ACCEPTED.' } });
  });

  it('is open in every state from which the agency may still come to work', () => {
    const reachesActive = (state: PlacementState): boolean => {
      const next = ALLOWED.filter(([from]) => from === state).map(([, , , to]) => to);
      return state === 'ACTIVE' || state === 'RECALL_REQUESTED' || next.some(reachesActive);
    };
    expect(PLACEMENT_STATES.filter(reachesActive)).toEqual(OPEN_PLACEMENT_STATES);
  });
});

describe('whatever steps are tried in whatever order', () => {
  const attempts = fc.array(fc.tuple(fc.constantFrom(...STEPS), fc.constantFrom(...PARTIES)), { maxLength: 30 });

  it('a grant that was opened is closed by the step that ends the agency’s access, once', () => {
    fc.assert(
      fc.property(attempts, (tried) => {
        let state: PlacementState = 'PROPOSED';
        let grant: 'NONE' | 'OPEN' | 'CLOSED' = 'NONE';
        for (const [step, party] of tried) {
          const decision = takeStep(state, step, party);
          if (!decision.ok) continue;
          if (step === 'accept') grant = 'OPEN';
          if (endsAccess(state, decision.state)) {
            expect(grant).toBe('OPEN');
            grant = 'CLOSED';
          }
          state = decision.state;
          expect(grant === 'OPEN').toBe(state === 'ACCEPTED' || state === 'ACTIVE' || state === 'RECALL_REQUESTED');
        }
      }),
    );
  });

  it('what has ended never begins again', () => {
    fc.assert(
      fc.property(attempts, (tried) => {
        let state: PlacementState = 'PROPOSED';
        let hasEnded = false;
        for (const [step, party] of tried) {
          const decision = takeStep(state, step, party);
          if (decision.ok) state = decision.state;
          hasEnded ||= !OPEN_PLACEMENT_STATES.includes(state);
          expect(hasEnded && OPEN_PLACEMENT_STATES.includes(state)).toBe(false);
        }
      }),
    );
  });
});
