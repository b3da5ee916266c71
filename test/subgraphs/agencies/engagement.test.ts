/** The rules of the register and of engagements, as tables. */
import { checkAgency, checkLicence, dayIn, licenceState, type AgencyTerms, type LicenceTerms } from '../../../subgraphs/agencies/agency';
import { inputRuleOf } from '../../support/input-rule';
import {
  checkAttestation,
  decideMove,
  ENGAGEMENT_MOVES,
  ENGAGEMENT_STATES,
  refuseAttestation,
  refuseQualification,
  type EngagementMove,
  type EngagementState,
  type Qualification,
} from '../../../subgraphs/agencies/engagement';

const NOW = new Date('2026-11-21T12:00:00.000Z');
const at = (text: string) => new Date(text);

describe('an engagement', () => {
  const LEGAL: Readonly<Record<EngagementMove, Partial<Record<EngagementState, EngagementState>>>> = {
    ATTEST: { PROPOSED: 'PROPOSED', QUALIFIED: 'QUALIFIED', SUSPENDED: 'SUSPENDED' },
    QUALIFY: { PROPOSED: 'QUALIFIED' },
    SUSPEND: { QUALIFIED: 'SUSPENDED' },
    REINSTATE: { SUSPENDED: 'QUALIFIED' },
    END: { PROPOSED: 'ENDED', QUALIFIED: 'ENDED', SUSPENDED: 'ENDED' },
  };
  const pairs = ENGAGEMENT_MOVES.flatMap((move) => ENGAGEMENT_STATES.map((state) => [move, state, LEGAL[move][state] ?? 'refused'] as const));

  it.each(pairs)('%s when %s: %s', (move, state, expected) => {
    const decided = decideMove(state, move);
    expect('refusal' in decided ? 'refused' : decided.state).toBe(expected);
    if ('refusal' in decided) expect(decided.refusal.ruleId).toBe('ENGAGEMENT-STATE');
  });
});

describe('a qualification', () => {
  const licences = [{ validFrom: '2026-01-01', validUntil: '2026-11-21' }];
  it.each<[string, Partial<Qualification>, string | null]>([
    ['is legal on the last day of the licence with an attestation that runs', {}, null],
    ['needs a licence', { licences: [] }, 'ENGAGEMENT-LICENCE-VALID'],
    ['needs a licence of today', { day: '2026-11-22' }, 'ENGAGEMENT-LICENCE-VALID'],
    ['needs a licence that has begun', { day: '2025-12-31' }, 'ENGAGEMENT-LICENCE-VALID'],
    ['is content with one licence of several', { licences: [{ validFrom: '2020-01-01', validUntil: '2020-12-31' }, ...licences] }, null],
    ['needs an attestation', { attestedUntil: null }, 'ENGAGEMENT-ATTESTATION-CURRENT'],
    ['needs an attestation that has not expired', { attestedUntil: NOW }, 'ENGAGEMENT-ATTESTATION-CURRENT'],
  ])('%s', (_claim, change, expected) => {
    const qualification = { licences, day: '2026-11-21', attestedUntil: at('2026-11-21T12:00:00.001Z'), ...change };
    expect(refuseQualification(qualification, NOW)?.ruleId ?? null).toBe(expected);
  });
});

describe('an attestation', () => {
  it.each([
    ['names its standard by a code', 'our own promise', at('2027-01-01T00:00:00.000Z'), 'ATTESTATION-STANDARD-FORM'],
    ['has not expired', 'ISO27001', NOW, 'ATTESTATION-TERM-AHEAD'],
    ['is accepted otherwise', 'GB/T-22080', at('2027-01-01T00:00:00.000Z'), null],
  ] as const)('%s', (_claim, standard, validUntil, expected) => {
    expect(inputRuleOf(() => checkAttestation({ standard, validUntil }, NOW))).toBe(expected);
  });

  it('is relied on for three years and no instant longer', () => {
    expect(refuseAttestation({ standard: 'ISO27001', validUntil: at('2029-11-21T12:00:00.000Z') }, NOW)).toBeNull();
    expect(refuseAttestation({ standard: 'ISO27001', validUntil: at('2029-11-21T12:00:00.001Z') }, NOW)?.ruleId).toBe('ATTESTATION-TERM-BOUNDED');
  });
});

describe('a licence', () => {
  const TERMS: LicenceTerms = { kind: 'DEBT_COLLECTION', number: 'L-1', validFrom: '2026-01-01', validUntil: '2026-12-31' };
  it.each<[string, Partial<LicenceTerms>, string | null]>([
    ['is accepted when complete', {}, null],
    ['may be of one day', { validUntil: '2026-01-01' }, null],
    ['ends after it begins', { validUntil: '2025-12-31' }, 'LICENCE-TERM-ORDERED'],
    ['names its kind by a code', { kind: 'collects debts' }, 'LICENCE-KIND-FORM'],
    ['has a number', { number: ' ' }, 'LICENCE-NUMBER-FORM'],
  ])('%s', (_claim, change, expected) => {
    expect(inputRuleOf(() => checkLicence({ ...TERMS, ...change }))).toBe(expected);
  });

  it.each([
    ['2025-12-31', 'SCHEDULED'],
    ['2026-01-01', 'VALID'],
    ['2026-12-31', 'VALID'],
    ['2027-01-01', 'EXPIRED'],
  ])('on %s is %s', (day, expected) => {
    expect(licenceState(TERMS, day)).toBe(expected);
  });

  it.each([
    ['CN', '2026-11-22'],
    ['IN', '2026-11-21'],
    ['GB', '2026-11-21'],
    ['US', '2026-11-21'],
  ])('is read by the day it is in %s', (jurisdiction, expected) => {
    expect(dayIn(jurisdiction, at('2026-11-21T16:00:00.000Z'))).toBe(expected);
  });
});

describe('an agency', () => {
  const TERMS: AgencyTerms = { name: 'Synthetic Collections', jurisdiction: 'CN', registrationNumber: '91310000TEST00001X' };
  it.each<[string, Partial<AgencyTerms>, string | null]>([
    ['is accepted when complete', {}, null],
    ['has a name', { name: '' }, 'AGENCY-NAME-FORM'],
    ['has a jurisdiction by code', { jurisdiction: 'China' }, 'AGENCY-JURISDICTION-FORM'],
    ['has a registration number', { registrationNumber: 'x'.repeat(201) }, 'AGENCY-REGISTRATION-FORM'],
  ])('%s', (_claim, change, expected) => {
    expect(inputRuleOf(() => checkAgency({ ...TERMS, ...change }))).toBe(expected);
  });
});
