/**
 * What an export stands on while a real `cession witness` comes and goes: the newest checkpoint it cosigned, not a newer one that
 * nobody did; and where there is none, the export and its verdict say so.
 */
import path from 'node:path';
import { verifyBundle } from '../../../audit/bundle/verify-bundle';
import { writeExport, type WrittenExport } from '../../../audit/export/write-export';
import type { Report } from '../../../audit/log/verdict';
import { hubPolicy } from '../../../audit/witness/hub-policy';
import type { WitnessAddress } from '../../../audit/witness/witness-client';
import { latestCheckpoint } from '../../../audit/writer/checkpointer';
import type { StreamName } from '../../../schema/vocabulary';
import { runCli } from '../../cli/run-cli';
import { cosignedSizes, until, WAIT_MS, witnessed, type Scene } from './witness-scene';

interface RunningWitness extends WitnessAddress {
  /** Ends the command, as its operator does. */
  stop(): Promise<void>;
}

/** The command itself, from `init` to the folder it stores in. */
async function cessionWitness(scene: Scene, name: string): Promise<RunningWitness> {
  const folder = path.join(scene.folder, name);
  await runCli(['witness', 'init', folder, '--name', `${name}.test/w`, '--log', scene.signer.vkey]);
  const { out: vkey } = await runCli(['witness', 'key', folder]);
  const interruption = new AbortController();
  let tell: (text: string) => void = () => undefined;
  const printed = new Promise<string>((resolve) => (tell = resolve));
  const running = runCli(['witness', 'serve', folder, '--port', '0', '--json'], { interruption: interruption.signal, onPrint: (text) => tell(text) });
  const { url } = JSON.parse(await printed) as { url: string };
  return {
    vkey,
    url,
    async stop() {
      interruption.abort();
      await running;
    },
  };
}

interface Exported extends WrittenExport {
  readonly alone: Report;
  readonly byPolicy: Report;
}

async function exported(scene: Scene, witnesses: readonly WitnessAddress[], stream: StreamName | null = null): Promise<Exported> {
  const { pool, signer, folder } = scene;
  const policy = hubPolicy(signer.vkey, witnesses) as Buffer;
  const written = await writeExport({ pool, signer, policy, clock: () => new Date() }, { stream, from: null, until: null, mandate: null, requestedBy: null }, path.join(folder, 'export.tar'));
  const alone = await verifyBundle(written.file, { vkey: signer.vkey, now: new Date() });
  return { ...written, alone, byPolicy: await verifyBundle(written.file, { policy, now: new Date() }) };
}

const sizeOf = async ({ pool }: Scene): Promise<number> => (await latestCheckpoint(pool))?.size ?? 0;

witnessed('exports stand on the newest checkpoint that the witness cosigned, and say how much is newer', async (scene) => {
  const witness = await cessionWitness(scene, 'w1');
  const { ledger, submitter } = await scene.open(witness);
  await scene.append(ledger, 5);
  await submitter.settle(WAIT_MS);
  const cosigned = await sizeOf(scene);
  await until('a cosignature of it', async () => (await cosignedSizes(scene.pool)).includes(cosigned));
  await witness.stop();
  await scene.append(ledger, 7);
  expect(await sizeOf(scene)).toBeGreaterThan(cosigned);
  const { treeSize, isCosigned, newerEntries, alone, byPolicy } = await exported(scene, [witness]);
  expect({ treeSize, isCosigned, newerEntries }).toEqual({ treeSize: cosigned, isCosigned: true, newerEntries: (await sizeOf(scene)) - cosigned });
  expect(byPolicy).toMatchObject({ outcome: 'verified', size: cosigned, policy: { state: 'proven', reasons: [{ code: 'QUORUM_REACHED' }] }, time: { state: 'proven' } });
  expect(alone).toMatchObject({ outcome: 'verified', policy: { state: 'not checked', reasons: [{ code: 'NO_POLICY_GIVEN' }, { code: 'OWN_QUORUM_REACHED' }] } });
});

witnessed('exports stand on the newest checkpoint of all while nobody has cosigned any, and say so', async (scene) => {
  const witness = await cessionWitness(scene, 'w1');
  await witness.stop();
  const { ledger } = await scene.open(witness);
  await scene.append(ledger, 5);
  for (const stream of [null, 'source:debts/direct'] as const) {
    const { treeSize, isCosigned, newerEntries, alone, byPolicy } = await exported(scene, [witness], stream);
    expect({ isCosigned, newerEntries, isNewest: treeSize === (await sizeOf(scene)) }).toEqual({ isCosigned: false, newerEntries: 0, isNewest: true });
    expect(alone).toMatchObject({ outcome: 'verified', policy: { state: 'not checked', reasons: [{ code: 'NO_POLICY_GIVEN' }, { code: 'OWN_QUORUM_MISSING', got: 'no cosignature' }] } });
    expect(byPolicy).toMatchObject({ outcome: 'broken', policy: { state: 'failed', reasons: [{ code: 'QUORUM_MISSING' }] } });
  }
});

witnessed('a checkpoint that one of two witnesses cosigned does not meet their quorum', async (scene) => {
  const [first, second] = [await cessionWitness(scene, 'w1'), await cessionWitness(scene, 'w2')];
  const { ledger, submitter } = await scene.open(first, second);
  await scene.append(ledger, 5);
  await submitter.settle(WAIT_MS);
  const both = await sizeOf(scene);
  await second.stop();
  await scene.append(ledger, 4);
  const one = await sizeOf(scene);
  await until('a cosignature by the first alone', async () => (await cosignedSizes(scene.pool)).filter((size) => size === one).length === 1);
  const { treeSize, isCosigned, byPolicy } = await exported(scene, [first, second]);
  expect({ treeSize, isCosigned }).toEqual({ treeSize: both, isCosigned: true });
  expect(byPolicy).toMatchObject({ outcome: 'verified', policy: { state: 'proven' } });
  // With the first witness alone as its policy, the hub would stand on what that one cosigned.
  expect((await exported(scene, [first])).treeSize).toBe(one);
  await first.stop();
});

witnessed('a line that does not hold under the policy counts for nothing, however new it is', async (scene) => {
  const witness = await cessionWitness(scene, 'w1');
  const { ledger, submitter } = await scene.open(witness);
  await scene.append(ledger, 3);
  await submitter.settle(WAIT_MS);
  const cosigned = await sizeOf(scene);
  await witness.stop();
  await scene.append(ledger, 3);
  const { rows } = await scene.pool.query<{ line: string }>('select line from cosignature where size = $1', [cosigned]);
  await scene.pool.query('insert into cosignature (size, witness, line, cosigned_at) values ($1, $2, $3, now())', [await sizeOf(scene), witness.vkey, rows[0]?.line]);
  expect(await exported(scene, [witness])).toMatchObject({ treeSize: cosigned, isCosigned: true, byPolicy: { outcome: 'verified' } });
});
