/**
 * The parties that controls speak through, each a token at a hub's gateway, and what they do again and again. Opens nothing but
 * HTTP: what it knows of the hub is its address, the verifier key of its ledger and the tokens.
 */
import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import type { Audience } from '../../schema/vocabulary';
import { Caller, type GraphQLAnswer } from '../support/caller';
import { key, moveEngagement, place, qualifiedEngagement, registerDebt, signAgreement, type AgreementTerms, type RegisteredDebt } from '../support/scenario';

/** Who takes part, on which endpoint, and under which purpose unless a control names another. */
export const ROLES = {
  operator: { audience: 'INTERNAL', purpose: 'SERVICING' },
  stranger: { audience: 'INTERNAL', purpose: 'SERVICING' },
  agency: { audience: 'PARTNER', purpose: 'COLLECTION' },
  rival: { audience: 'PARTNER', purpose: 'COLLECTION' },
  regulator: { audience: 'REGULATOR', purpose: null },
  borrower: { audience: 'BORROWER', purpose: null },
} as const satisfies Readonly<Record<string, { audience: Audience; purpose: string | null }>>;
export type Role = keyof typeof ROLES;
const NAMES = Object.keys(ROLES) as Role[];

export interface CastFile {
  readonly url: string;
  /** The verifier key of the ledger, from outside: `cession ledger key`. */
  readonly vkey: string;
  readonly tokens: Readonly<Record<Role, string>>;
}

/** The phone number that scenario's borrowers have. */
export const PHONE = '+886900000123';
/** What a hub may take to say in the ledger what it has done. */
const WAIT_MS = 60_000;
const POLL_MS = 50;

export interface Entrusted extends RegisteredDebt {
  readonly placementId: string;
}

export interface ShownEntry {
  readonly index: number;
  readonly type: string;
  readonly bytes: string;
  readonly leafHash: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly actorAudience: string;
  readonly purpose: string | null;
  readonly facts: string;
  readonly decision: { readonly outcome: string; readonly rulePack: string; readonly rules: readonly string[]; readonly index: number } | null;
  readonly revealed: readonly { readonly name: string | null; readonly value: string }[];
}

const SHOWN = 'index type bytes leafHash occurredAt recordedAt actorAudience purpose facts decision { outcome rulePack rules index } revealed { name value }';
const ABOUT = `query About($subject: ID!, $types: [String!]) { entries(last: 50, filter: { subjectId: $subject, types: $types }) { edges { node { ${SHOWN} } } } }`;
const ENGAGED = 'query Engaged { engagements(first: 100) { edges { node { id state agency { id } creditor { id } } } } }';
const REQUEST = 'mutation Request($input: RequestExportInput!) { requestExport(input: $input) { __typename ... on ExportRequested { export { id } } ... on Refusal { ruleId } } }';
const EXPORT = 'query Export($id: ID!) { export(id: $id) { state path } }';

type List<T> = { readonly edges: readonly { readonly node: T }[] };

export class Cast {
  readonly url: string;
  readonly vkey: string;
  private readonly callers: Readonly<Record<Role, Caller>>;
  private readonly orgs: Readonly<Record<Role, string>>;
  private engaged = '';
  private shared: Promise<Entrusted> | null = null;

  private constructor({ url, vkey, tokens }: CastFile) {
    this.url = url.replace(/\/+$/, '');
    this.vkey = vkey;
    const made = NAMES.map((role) => [role, new Caller(() => this.url, ROLES[role].audience, tokens[role], ROLES[role].purpose)]);
    this.callers = Object.fromEntries(made) as Record<Role, Caller>;
    this.orgs = Object.fromEntries(NAMES.map((role) => [role, String(decodeJwt(tokens[role])['org'])])) as Record<Role, string>;
  }

  /** The agency is engaged by the operator's creditor afterwards, whatever stood before. */
  static async open(file: CastFile): Promise<Cast> {
    const cast = new Cast(file);
    const { engagements } = await cast.operator.data<{ engagements: List<{ id: string; state: string; agency: { id: string } | null }> }>(ENGAGED);
    const known = engagements.edges.map(({ node }) => node).find(({ state, agency }) => agency?.id === cast.orgOf('agency') && state !== 'ENDED');
    if (known?.state === 'SUSPENDED') await moveEngagement(cast.operator, 'reinstate', known.id);
    cast.engaged = known?.id ?? (await qualifiedEngagement(cast.operator, cast.orgOf('agency')));
    return cast;
  }

  get operator(): Caller {
    return this.as('operator');
  }

  get agency(): Caller {
    return this.as('agency');
  }

  get regulator(): Caller {
    return this.as('regulator');
  }

  get engagementId(): string {
    return this.engaged;
  }

  orgOf(role: Role): string {
    return this.orgs[role];
  }

  /** Asks for at least what any of them has seen: what one party did, the next one is to be judged on. */
  as(role: Role): Caller {
    const caller = this.callers[role];
    for (const other of Object.values(this.callers)) caller.knows(other);
    return caller;
  }

  /** A new debt, entrusted to the agency under an agreement of its own. */
  async entrust(terms: AgreementTerms = {}): Promise<Entrusted> {
    const debt = await registerDebt(this.operator);
    const agencyId = this.orgOf('agency');
    const agreementId = await signAgreement(this.operator, agencyId, terms);
    return { ...debt, placementId: await place(this.operator, this.agency, { debtId: debt.debtId, agencyId, agreementId }) };
  }

  /** One entrusted debt for all controls that only read. */
  entrusted(): Promise<Entrusted> {
    return (this.shared ??= this.entrust());
  }

  /** The last entries about a subject as the regulator is shown them. */
  async entriesAbout(subject: string, ...types: readonly string[]): Promise<ShownEntry[]> {
    const { entries } = await this.regulator.data<{ entries: List<ShownEntry> }>(ABOUT, { subject, types: types.length === 0 ? null : types });
    return entries.edges.map(({ node }) => node);
  }

  /** What comes true within a minute or is not kept. */
  async eventually<T>(claim: string, look: () => Promise<T | null | undefined | false>): Promise<T> {
    for (const deadline = Date.now() + WAIT_MS; ; ) {
      const found = await look();
      if (found !== null && found !== undefined && found !== false) return found;
      assert.ok(Date.now() < deadline, `within a minute: ${claim}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Any request, without what a Caller adds; a token only where one is given. */
  send(path: string, init: RequestInit & { readonly token?: string } = {}): Promise<Response> {
    const { token, headers, ...rest } = init;
    return fetch(`${this.url}${path}`, { ...rest, headers: { ...(headers as Record<string, string>), ...(token !== undefined && { authorization: `Bearer ${token}` }) } });
  }

  async requestExport(role: Role, subjectId: string): Promise<GraphQLAnswer> {
    return this.as(role).ask(REQUEST, { input: { clientKey: key(), subjectId } });
  }

  /** Where a finished export is downloaded from. */
  async exportPath(role: Role, subjectId: string): Promise<string> {
    const { data, text } = await this.requestExport(role, subjectId);
    const id = (data?.['requestExport'] as { export?: { id: string } } | null)?.export?.id;
    assert.ok(id !== undefined, `an export is begun: ${text}`);
    return this.eventually('the export is ready', async () => {
      const { export: shown } = await this.as(role).data<{ export: { state: string; path: string } }>(EXPORT, { id });
      assert.notEqual(shown.state, 'FAILED');
      return shown.state === 'READY' && shown.path;
    });
  }

  async download(role: Role, path: string): Promise<Buffer> {
    const response = await this.send(path, { token: this.as(role).token });
    assert.equal(response.status, 200, `the download of ${path}`);
    return Buffer.from(await response.arrayBuffer());
  }
}

export const codesOf = ({ errors }: GraphQLAnswer): unknown[] => errors.map(({ extensions }) => extensions?.['code']);
export const rulesOf = ({ errors }: GraphQLAnswer): unknown[] => errors.map(({ extensions }) => extensions?.['ruleId']);
