/** The ledger's port on the wire: what goes in comes out to the byte, and nothing else gets in. */
import { formatAppend, formatPage, ledgerCredential, openCredentials, parseAppend, parsePage, parseResults, type AppendRequest } from '../../kernel/ledger-wire';
import { Secret } from '../../kernel/secret';
import { ROOMS } from '../../schema/vocabulary';

const REQUEST: AppendRequest = {
  channel: 'outbox',
  deadlineMs: 2_000,
  submissions: [
    {
      idempotencyKey: 'event_0',
      sourceSeq: 7,
      event: Buffer.from([0x00, 0xff, 0xfe, 0x7b, 0xe2, 0x80, 0xa8]),
      streams: ['debt:debt_1'],
      expect: [{ stream: 'grant:grant_1', n: 2 }],
      disclosures: [
        { digest: 'd', kind: 'structural', reveal: null, text: 't' },
        { digest: 'e', kind: 'personal', reveal: [], text: null, subject: 'borrower_1', sealed: 'AAAA' },
      ],
    },
  ],
};

describe('the ledger on the wire', () => {
  it('carries any bytes unchanged', () => {
    expect(parseAppend(formatAppend(REQUEST))).toEqual(REQUEST);
    const page = { entries: [{ index: 3, bytes: REQUEST.submissions[0]!.event, disclosures: REQUEST.submissions[0]!.disclosures }], size: 4, checkpoint: 'note\n' };
    expect(parsePage(formatPage(page))).toEqual(page);
  });

  const altered = (change: object): string => JSON.stringify({ ...(JSON.parse(formatAppend(REQUEST)) as object), ...change });
  const alteredSubmission = (change: object): string => altered({ submissions: [{ ...(JSON.parse(formatAppend(REQUEST)) as { submissions: object[] }).submissions[0], ...change }] });
  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['an unknown channel', altered({ channel: 'side' })],
    ['no deadline', altered({ deadlineMs: '2' })],
    ['submissions that are no list', altered({ submissions: {} })],
    ['a negative sourceSeq', alteredSubmission({ sourceSeq: -1 })],
    ['an event that is no text', alteredSubmission({ event: 3 })],
    ['a stream that is no text', alteredSubmission({ streams: [null] })],
    ['a position without number', alteredSubmission({ expect: [{ stream: 'x' }] })],
    ['an unknown kind of disclosure', alteredSubmission({ disclosures: [{ digest: 'd', kind: 'secret', reveal: null, text: 't' }] })],
    ['no disclosures', alteredSubmission({ disclosures: null })],
  ])('refuses %s without repeating it', (_case, body) => {
    expect(() => parseAppend(body)).toThrow(expect.objectContaining({ extensions: { code: 'BAD_INPUT' } }) as Error);
    expect(() => parseAppend(body)).toThrow(/^The ledger request is malformed: [a-z A-Z]+\.$/);
  });

  it('takes exactly as many results as were asked for', () => {
    expect(() => parseResults('{"results":[]}', 1)).toThrow('malformed');
    expect(parseResults('{"results":[{"ok":false,"code":"GAP","message":"m"}]}', 1)).toHaveLength(1);
  });

  it('knows each room by its own credential, under its own master key only', () => {
    const key = new Secret(Buffer.alloc(32, 1));
    const roomOf = openCredentials(key);
    for (const room of ROOMS) expect(roomOf(`Bearer ${ledgerCredential(key, room)}`)).toBe(room);
    expect(roomOf(`Bearer ${ledgerCredential(new Secret(Buffer.alloc(32, 2)), 'debts')}`)).toBeNull();
    for (const header of [undefined, '', 'Bearer ', 'Basic x', ledgerCredential(key, 'debts')]) expect(roomOf(header)).toBeNull();
  });
});
