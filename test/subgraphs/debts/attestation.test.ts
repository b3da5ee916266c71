/** Return or destruction as rules: when it may be attested, what must be said with it, and how it stands day by day. */
import { attestBy, attestationState, refuseAttestation, type AttestationClaim, type AttestationTerms } from '../../../subgraphs/debts/attestation';

const NOW = new Date('2026-11-21T12:00:00.000Z');
const claim: AttestationClaim = { attestBy: new Date('2026-12-01T00:00:00.000Z'), latest: null, method: 'DESTROYED', basis: null, retainedUntil: null, now: NOW };
const kept: AttestationTerms = { method: 'RETAINED_BY_LAW', basis: 'ACCOUNTING', retainedUntil: '2031-12-31' };

describe('an attestation', () => {
  it.each<[string, Partial<AttestationClaim>]>([
    ['of destruction', {}],
    ['of return', { method: 'RETURNED' }],
    ['of data kept by law', kept],
    ['of data kept by law until today', { ...kept, retainedUntil: '2026-11-21' }],
    ['that is late', { attestBy: new Date('2026-11-01T00:00:00.000Z') }],
    ['of destruction after data was kept by law', { latest: kept }],
    ['of data kept longer after it was kept by law', { ...kept, latest: kept, retainedUntil: '2035-12-31' }],
  ])('%s is taken', (_what, change) => {
    expect(refuseAttestation({ ...claim, ...change })).toBeNull();
  });

  it.each<[string, Partial<AttestationClaim>, string]>([
    ['before access has ended', { attestBy: null }, 'ATTESTATION-ACCESS-ENDED'],
    ['after one of destruction', { latest: { method: 'DESTROYED' } }, 'ATTESTATION-NOT-FINAL'],
    ['after one of return', { ...kept, latest: { method: 'RETURNED' } }, 'ATTESTATION-NOT-FINAL'],
    ['of data kept without a basis', { ...kept, basis: null }, 'ATTESTATION-BASIS-FITS'],
    ['of data kept for ever', { ...kept, retainedUntil: null }, 'ATTESTATION-BASIS-FITS'],
    ['of destruction on a basis of keeping', { basis: 'LITIGATION' }, 'ATTESTATION-BASIS-FITS'],
    ['of return with a last day of keeping', { method: 'RETURNED', retainedUntil: '2031-12-31' }, 'ATTESTATION-BASIS-FITS'],
    ['of data that should be gone since yesterday', { ...kept, retainedUntil: '2026-11-20' }, 'ATTESTATION-RETAINED-AHEAD'],
  ])('%s is refused', (_what, change, ruleId) => {
    expect(refuseAttestation({ ...claim, ...change })).toMatchObject({ ruleId, rulePack: 'attestation-2026.1' });
  });
});

describe('the bound', () => {
  it('lies fifteen days after access ended', () => {
    expect(attestBy(NOW).toISOString()).toBe('2026-12-06T12:00:00.000Z');
  });

  const due = new Date('2026-12-06T12:00:00.000Z');
  it.each<[string, Pick<AttestationTerms, 'method' | 'retainedUntil'> | null, string, string]>([
    ['nothing attested, a moment before it', null, '2026-12-06T11:59:59.999Z', 'DUE'],
    ['nothing attested, at it', null, '2026-12-06T12:00:00.000Z', 'OVERDUE'],
    ['destruction attested', { method: 'DESTROYED', retainedUntil: null }, '2030-01-01T00:00:00.000Z', 'ATTESTED'],
    ['kept by law, on the last day', kept, '2031-12-31T15:59:59.999Z', 'RETAINED'],
    ['kept by law, when the last day is over in the zone of the business', kept, '2031-12-31T16:00:00.000Z', 'OVERDUE'],
  ])('with %s: as named', (_what, latest, at, state) => {
    expect(attestationState(due, latest, new Date(at))).toBe(state);
  });
});
