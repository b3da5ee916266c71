/**
 * C2SP tlog-policy files: which logs are accepted, which witnesses are known, and how many of them must have cosigned. Reads
 * strictly; a policy that could be understood in two ways, or reached by one key twice, is no policy.
 */
import { decodeUtf8 } from './canonical';
import { FormatError } from './format-error';
import type { OptionalFile } from './export-files';
import { parseVkey, type KeyRole, type VerifierKey } from './note-key';

/** In an export: the policy that the hub had witnesses cosign by, for information. */
export const POLICY_FILE = 'policy' satisfies OptionalFile;
/** The specification asks for 32 of each; a file beyond this is no policy that a person wrote. */
const MAX_OF_A_KIND = 256;
const MAX_POLICY_BYTES = 1_000_000;
/** Predefined: no cosignature is asked for. */
export const NO_QUORUM = 'none';

export interface PolicyLog {
  /** Its name is the origin of the log's checkpoints. */
  readonly key: VerifierKey;
  readonly vkey: string;
  readonly url: string | null;
}

export interface PolicyWitness extends PolicyLog {
  /** Octets, one character each: names are compared as bytes and mean nothing outside the file. */
  readonly name: string;
}

export interface PolicyGroup {
  readonly name: string;
  readonly rule: 'all' | 'any' | number;
  /** Names of witnesses and groups. */
  readonly members: readonly string[];
}

export interface Policy {
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  /** Each after the groups that are its members. */
  readonly groups: readonly PolicyGroup[];
  /** The name of a witness or group, or NO_QUORUM. */
  readonly quorum: string;
}

function refuse(line: number, message: string): never {
  throw new FormatError('POLICY_MALFORMED', `line ${line}: ${message}`);
}

/** Octets as they are shown to people. */
export function printName(name: string): string {
  return Buffer.from(name, 'latin1').toString('utf8');
}

class PolicyReader {
  private readonly logs: PolicyLog[] = [];
  private readonly witnesses: PolicyWitness[] = [];
  private readonly groups: PolicyGroup[] = [];
  private readonly keys = new Set<string>();
  /** Names defined so far, and whether a group has them as a member. */
  private readonly defined = new Map<string, boolean>();
  private quorum: string | null = null;

  read(items: readonly string[], line: number): void {
    const [word = '', ...rest] = items;
    switch (word) {
      case 'log':
        return this.readLog(rest, line);
      case 'witness':
        return this.readWitness(rest, line);
      case 'group':
        return this.readGroup(rest, line);
      case 'quorum':
        return this.readQuorum(rest, line);
      default:
        return refuse(line, 'it begins with none of log, witness, group, quorum');
    }
  }

  finish(lines: number): Policy {
    const { logs, witnesses, groups, quorum } = this;
    if (quorum === null) return refuse(lines, 'the file ends without a quorum');
    if ([logs, witnesses, groups].some((kind) => kind.length > MAX_OF_A_KIND)) refuse(lines, `more than ${MAX_OF_A_KIND} logs, witnesses or groups`);
    return { logs, witnesses, groups, quorum };
  }

  private readLog(items: readonly string[], line: number): void {
    const [vkey, url] = items;
    if (vkey === undefined || items.length > 2) return refuse(line, 'a log is a key and at most a URL');
    this.logs.push({ ...this.readKey(vkey, 'log', line), url: url ?? null });
  }

  private readWitness(items: readonly string[], line: number): void {
    const [name, vkey, url] = items;
    if (name === undefined || vkey === undefined || items.length > 3) return refuse(line, 'a witness is a name, a key and at most a URL');
    this.define(name, line);
    this.witnesses.push({ name, ...this.readKey(vkey, 'witness', line), url: url ?? null });
  }

  private readGroup(items: readonly string[], line: number): void {
    const [name, rule, ...members] = items;
    if (name === undefined || rule === undefined || members.length === 0) return refuse(line, 'a group is a name, a rule and members');
    for (const member of members) {
      const isMember = this.defined.get(member);
      if (isMember === undefined) refuse(line, member === NO_QUORUM ? 'none is not a member' : 'a member is not defined on a line before');
      if (isMember) refuse(line, 'a member is in a group already: it would count twice');
      this.defined.set(member, true);
    }
    this.define(name, line);
    this.groups.push({ name, rule: readRule(rule, members.length, line), members });
  }

  private readQuorum(items: readonly string[], line: number): void {
    const [name] = items;
    if (name === undefined || items.length > 1) return refuse(line, 'a quorum is one name');
    if (this.quorum !== null) refuse(line, 'the quorum stands twice');
    if (name !== NO_QUORUM && !this.defined.has(name)) refuse(line, 'the quorum is not defined on a line before');
    this.quorum = name;
  }

  private define(name: string, line: number): void {
    if (name === NO_QUORUM || this.defined.has(name)) refuse(line, 'a name is taken');
    this.defined.set(name, false);
  }

  /** The key itself may stand once in the file, whatever names and ids are around it: who logs must not witness himself. */
  private readKey(octets: string, role: KeyRole, line: number): { key: VerifierKey; vkey: string } {
    try {
      const vkey = decodeUtf8(Buffer.from(octets, 'latin1'));
      const key = parseVkey(vkey);
      if (key.role !== role) refuse(line, role === 'log' ? 'a log needs a key of signature type 0x01' : 'a witness needs a key of signature type 0x04');
      const id = key.publicKey.toString('hex');
      if (this.keys.has(id)) refuse(line, 'a key stands twice, under the same name or another');
      this.keys.add(id);
      return { key, vkey };
    } catch (error) {
      if (error instanceof FormatError && error.code !== 'POLICY_MALFORMED') return refuse(line, error.message);
      throw error;
    }
  }
}

function readRule(text: string, members: number, line: number): PolicyGroup['rule'] {
  if (text === 'all' || text === 'any') return text;
  const threshold = /^[1-9][0-9]{0,3}$/.test(text) ? Number(text) : 0;
  if (threshold < 1 || threshold > members) refuse(line, 'a rule is all, any or a number from 1 to the number of members');
  return threshold;
}

export function parsePolicy(bytes: Uint8Array): Policy {
  if (bytes.length > MAX_POLICY_BYTES) refuse(1, 'the file is too long');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const lines = text.split('\n');
  // A file cut short in its last line could ask for less than it did.
  if (lines.pop() !== '') refuse(lines.length + 1, 'the last line does not end in a line feed');
  const reader = new PolicyReader();
  for (const [at, line] of lines.entries()) {
    if (/[^\t\x20-\x7e\x80-\xff]/.test(line)) refuse(at + 1, 'a control character other than tab (lines end in a line feed alone)');
    const items = line.split(/[ \t]+/).filter((item) => item !== '');
    if (items.length > 0 && !items[0]?.startsWith('#')) reader.read(items, at + 1);
  }
  return reader.finish(lines.length);
}

export function formatPolicy({ logs, witnesses, groups, quorum }: Policy): Buffer {
  const octets = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
  const url = (given: string | null): string[] => (given === null ? [] : [given]);
  const lines = [
    ...logs.map((log) => ['log', octets(log.vkey), ...url(log.url)]),
    ...witnesses.map((witness) => ['witness', witness.name, octets(witness.vkey), ...url(witness.url)]),
    ...groups.map(({ name, rule, members }) => ['group', name, String(rule), ...members]),
    ['quorum', quorum],
  ];
  return Buffer.from(lines.map((items) => `${items.join(' ')}\n`).join(''), 'latin1');
}

/** Whether the keys that cosigned (hex) are enough. */
export function reachesQuorum({ witnesses, groups, quorum }: Policy, cosigned: ReadonlySet<string>): boolean {
  if (quorum === NO_QUORUM) return true;
  const witnessed = new Set(witnesses.filter(({ key }) => cosigned.has(key.publicKey.toString('hex'))).map(({ name }) => name));
  for (const { name, rule, members } of groups) {
    const needed = rule === 'all' ? members.length : rule === 'any' ? 1 : rule;
    if (members.filter((member) => witnessed.has(member)).length >= needed) witnessed.add(name);
  }
  return witnessed.has(quorum);
}
