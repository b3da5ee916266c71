/** The rules of contact points, identity numbers and registrations, as tables. */
import { CONTACT_SOURCES, isSourceLawfulFor, normaliseContact } from '../../../subgraphs/borrowers/contact-point';
import { normaliseNationalId } from '../../../subgraphs/borrowers/borrower';
import { checkRegistration } from '../../../subgraphs/borrowers/registration';

describe('a contact value', () => {
  it.each([
    ['PHONE', '+86 138-0013-8000', '+8613800138000'],
    ['PHONE', '(021) 6543.2109', '02165432109'],
    ['PHONE', '1234', null],
    ['PHONE', '+1234567890123456', null],
    ['PHONE', 'call after six', null],
    ['EMAIL', ' a.b@example.org ', 'a.b@example.org'],
    ['EMAIL', 'a@b', null],
    ['EMAIL', 'a b@example.org', null],
    ['EMAIL', `${'a'.repeat(250)}@b.cn`, null],
    ['ADDRESS', ' 1 Example Street ', '1 Example Street'],
    ['ADDRESS', '', null],
    ['ADDRESS', 'x'.repeat(501), null],
  ] as const)('%s %j is kept as %j', (kind, value, kept) => {
    expect(normaliseContact(kind, value)).toBe(kept);
  });
});

describe('an identity number', () => {
  it.each<[string, string | null]>([
    ['11010519491231002x', '11010519491231002X'],
    ['110105 19491231 002X', '11010519491231002X'],
    ['１１０１０５１９４９１２３１００２Ｘ', '11010519491231002X'],
    ['A-123.456/78', 'A12345678'],
    ['12', null],
    ['', null],
    ['9'.repeat(65), null],
    ['12;34', null],
  ])('%j is compared as %j', (text, compared) => {
    expect(normaliseNationalId(text)).toBe(compared);
  });
});

describe('a lawful source', () => {
  it.each(CONTACT_SOURCES)('%s is open to the staff of the creditor', (source) => {
    expect(isSourceLawfulFor('INTERNAL', source)).toBe(true);
  });

  it.each([
    ['CONTRACT', false],
    ['RESERVED_INFORMATION', false],
    ['DEBTOR_AUTHORISATION', true],
    ['PUBLIC_CHANNEL', true],
    ['RESERVED_CONTACT', true],
    ['AUTHORISED_QUERY', false],
  ] as const)('%s is one an agency may name: %p', (source, isLawful) => {
    expect(isSourceLawfulFor('PARTNER', source)).toBe(isLawful);
  });

  it('is open to nobody else', () => {
    for (const source of CONTACT_SOURCES) for (const audience of ['REGULATOR', 'BORROWER'] as const) expect(isSourceLawfulFor(audience, source)).toBe(false);
  });
});

describe('a registration', () => {
  it('names the part at fault and never its value', () => {
    const checked = checkRegistration({ name: 'Synthetic', contactPoints: [{ kind: 'EMAIL', value: 'secret value', source: 'CONTRACT' }] });
    expect(checked).toEqual({ ok: false, part: 'contactPoints[0].value', message: expect.not.stringContaining('secret') as string });
  });

  it('has at most 20 contact points', () => {
    const contactPoints = Array.from({ length: 21 }, () => ({ kind: 'PHONE', value: '+12025550100', source: 'CONTRACT' }));
    expect(checkRegistration({ name: 'Synthetic', contactPoints })).toMatchObject({ ok: false, part: 'contactPoints' });
    expect(checkRegistration({ name: 'Synthetic', contactPoints: contactPoints.slice(1) })).toMatchObject({ ok: true });
  });
});
