/** What `cession start` tells a newcomer: addresses, how to get a token, what to try; and what it must not tell. */
import { renderWelcome, type Welcome } from '../../cli/start-texts';
import { LANGUAGES } from '../../schema/messages';

const PARTIES = {
  creditorCode: 'SAMPLE',
  creditorName: 'Sample Bank',
  jurisdiction: 'CN',
  operatorSub: 'operator',
  regulatorId: 'regulator_1',
  sampleDebts: 30,
  sampleIsDone: true,
  creditorId: 'creditor_1',
};
const welcome: Welcome = { url: 'http://127.0.0.1:4000', externalIssuer: null, parties: PARTIES, seeded: 30, program: 'node dist/cli/cession.js' };

describe.each(LANGUAGES)('the welcome in %s', (language) => {
  const text = (changes: Partial<Welcome> = {}): string => renderWelcome({ ...welcome, ...changes }, language);

  it('names the address of every audience', () => {
    for (const audience of ['internal', 'partner', 'regulator', 'borrower']) expect(text()).toContain(`http://127.0.0.1:4000/${audience}/graphql`);
  });

  it('says how to get a token, with the ids of this hub and the program as it was called', () => {
    expect(text()).toContain('node dist/cli/cession.js token --audience internal --org creditor_1 --sub operator');
    expect(text()).toContain('node dist/cli/cession.js token --audience regulator --org regulator_1');
    expect(text()).toContain('token --audience partner --org agency_…');
  });

  it('says what to try next', () => {
    expect(text()).toContain('tour --url http://127.0.0.1:4000');
    expect(text()).toContain('export --out');
  });

  it('offers no token where they come from an external issuer', () => {
    const said = text({ externalIssuer: 'https://issuer.example', parties: null, seeded: null });
    expect(said).toContain('https://issuer.example');
    expect(said).not.toMatch(/cession\.js (token|tour)/);
    expect(said).toContain('init --help');
  });

  it('leaves no place unfilled and no sample unearned', () => {
    expect(text()).not.toMatch(/[{}]/);
    expect(text()).toContain('30');
    expect(text({ seeded: null, parties: null })).not.toMatch(/[{}]|SAMPLE/);
  });
});

it('says everything in both languages', () => {
  const [english, chinese] = LANGUAGES.map((language) => renderWelcome(welcome, language));
  expect(chinese?.split('\n')).toHaveLength(english?.split('\n').length ?? 0);
  expect(chinese).toMatch(/系统已就绪/);
});
