/**
 * The policy of this hub as a C2SP tlog-policy file: its log, the witnesses it is configured with, and that all of them cosign.
 * An export carries it for information; a verifier believes only a policy of its own.
 */
import { parseVkey } from '../log/note-key';
import { formatPolicy, type PolicyWitness } from '../log/policy';
import type { WitnessAddress } from './witness-client';

const ALL = 'all';

/** null without witnesses: there is nothing to ask for. */
export function hubPolicy(logVkey: string, witnesses: readonly WitnessAddress[]): Buffer | null {
  const listed = witnesses.map(({ vkey, url }, at): PolicyWitness => {
    const key = parseVkey(vkey);
    // Numbered, because two witnesses may have chosen one name. Policies are files of octets.
    return { name: Buffer.from(`${at + 1}:${key.name}`, 'utf8').toString('latin1'), key, vkey, url };
  });
  const [first] = listed;
  if (first === undefined) return null;
  const groups = listed.length === 1 ? [] : [{ name: ALL, rule: 'all' as const, members: listed.map(({ name }) => name) }];
  return formatPolicy({ logs: [{ key: parseVkey(logVkey), vkey: logVkey, url: null }], witnesses: listed, groups, quorum: groups.length === 0 ? first.name : ALL });
}
