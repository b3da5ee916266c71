/** RFC 3161 stamps: what is asked, what comes back, and which tokens are believed; cross-checked with OpenSSL where it is installed. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { newStampRequest, readStampResponse, StampRefusal } from '../../../audit/time/stamp-request';
import { openStampVerifier } from '../../../audit/time/stamp-verifier';
import { testAuthority, type AuthorityFlaws, type TestAuthority } from './test-authority';

const STAMPED = Buffer.from('cession.test/ledger\n3\nroot\n\n\u2014 signature\n');
const AT = new Date('2026-11-21T20:30:00.000Z');
let authority: TestAuthority;
let token: Buffer;
beforeAll(async () => {
  authority = await testAuthority();
  token = await tokenOf(authority);
});

async function tokenOf(from: TestAuthority, at = AT): Promise<Buffer> {
  const request = newStampRequest(STAMPED);
  return readStampResponse(await from.answer(request.bytes, at), request);
}

describe('a stamp', () => {
  it('by a trusted authority attests the end of the interval it states', async () => {
    expect(await openStampVerifier(authority.rootPem)(token, STAMPED)).toEqual({ at: new Date(AT.getTime() + 1_000), authority: 'Test Authority' });
  });

  it('is believed under any of several certificates, and under no other', async () => {
    const other = await testAuthority();
    expect(await openStampVerifier(other.rootPem + authority.rootPem)(token, STAMPED)).toMatchObject({ authority: 'Test Authority' });
    expect(await openStampVerifier(other.rootPem)(token, STAMPED)).toHaveProperty('problem');
  });

  it('over other bytes is not believed', async () => {
    expect(await openStampVerifier(authority.rootPem)(token, Buffer.concat([STAMPED, Buffer.from('\n')]))).toHaveProperty('problem');
  });

  it('stays valid after its certificate has expired, and is none before or after the certificate', async () => {
    const until = new Date('2026-12-01T00:00:00Z');
    const short = await testAuthority({ validUntil: until });
    expect(await openStampVerifier(short.rootPem)(await tokenOf(short), STAMPED)).toHaveProperty('at');
    expect(await openStampVerifier(short.rootPem)(await tokenOf(short, new Date(until.getTime() + 60_000)), STAMPED)).toHaveProperty('problem');
  });

  it('changed in any byte is not believed, or still says the same', async () => {
    const verify = openStampVerifier(authority.rootPem);
    const said = await verify(token, STAMPED);
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const changed = Buffer.from(token);
        changed[at] = (changed[at] as number) ^ mask;
        const decision = await verify(changed, STAMPED);
        return 'problem' in decision || JSON.stringify(decision) === JSON.stringify(said);
      }),
      { numRuns: 150 },
    );
  });

  it('followed by anything is not believed', async () => {
    expect(await openStampVerifier(authority.rootPem)(Buffer.concat([token, Buffer.from([0])]), STAMPED)).toHaveProperty('problem');
    expect(await openStampVerifier(authority.rootPem)(Buffer.alloc(0), STAMPED)).toHaveProperty('problem');
  });

  it.each<[string, AuthorityFlaws, RegExp]>([
    ['for server names', { purposes: ['1.3.6.1.5.5.7.3.1'] }, /time stamping alone/],
    ['for stamping and more', { purposes: ['1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.1'] }, /time stamping alone/],
    ['whose purpose is not critical', { isCritical: false }, /time stamping alone/],
    ['that its token does not name', { namesCertificate: false }, /does not name the certificate/],
    ['other than the one its token names', { namesOtherCertificate: true }, /does not name the certificate/],
    ['for another content type', { contentType: '1.2.840.113549.1.7.1' }, /another kind of content/],
    ['that is not in the token', { certificates: 'none' }, /chain of certificates/],
  ])('by a certificate %s is not believed', async (_case, flaws, message) => {
    const flawed = await testAuthority(flaws);
    expect(await openStampVerifier(flawed.rootPem)(await tokenOf(flawed), STAMPED)).toEqual({ problem: expect.stringMatching(message) as string });
  });
});

describe('an answer of an authority', () => {
  it.each<[string, AuthorityFlaws, RegExp]>([
    ['that refuses', { status: 2 }, /status 2/],
    ['over other bytes', { imprint: (imprint) => Buffer.from(imprint).reverse() }, /other bytes/],
    ['to another request', { nonce: (nonce) => nonce.slice(1) }, /another request/],
    ['without the nonce', { nonce: () => null }, /another request/],
  ])('%s is refused', async (_case, flaws, message) => {
    await expect(tokenOf(await testAuthority(flaws))).rejects.toThrow(message);
  });

  it.each([Buffer.alloc(0), Buffer.from('<html>'), Buffer.alloc(100, 0x30)])('that is none is refused: %#', async (bytes) => {
    expect(() => readStampResponse(bytes, newStampRequest(STAMPED))).toThrow(StampRefusal);
  });
});

describe('certificates given from outside', () => {
  it.each(['', 'nonsense', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])('that are none are refused: %j', (text) => {
    expect(() => openStampVerifier(text)).toThrow(StampRefusal);
  });
});

const openssl = (...arguments_: readonly string[]) => spawnSync('openssl', arguments_, { encoding: 'utf8' });
const isThere = openssl('version').status === 0;
const compared = (claim: string, test: () => Promise<void>): void => (isThere ? it(claim, test) : it.skip(`${claim} (skipped: openssl is not installed)`, test));

describe('OpenSSL', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-stamp-'));
  });
  afterAll(() => fs.rm(folder, { recursive: true, force: true }));
  const at = (name: string): string => path.join(folder, name);
  const succeed = (...arguments_: readonly string[]): string => {
    const { status, stdout, stderr } = openssl(...arguments_);
    if (status !== 0) throw new Error(`openssl ${arguments_.join(' ')}: ${stderr}`);
    return stdout + stderr;
  };

  compared('verifies the stamps that this project accepts, and no others', async () => {
    const request = newStampRequest(STAMPED);
    await fs.writeFile(at('data'), STAMPED);
    await fs.writeFile(at('other'), 'other');
    await fs.writeFile(at('root.pem'), authority.rootPem);
    await fs.writeFile(at('query.tsq'), request.bytes);
    await fs.writeFile(at('reply.tsr'), await authority.answer(request.bytes, new Date()));
    expect(succeed('ts', '-verify', '-queryfile', at('query.tsq'), '-in', at('reply.tsr'), '-CAfile', at('root.pem'))).toContain('Verification: OK');
    expect(succeed('ts', '-verify', '-data', at('data'), '-in', at('reply.tsr'), '-CAfile', at('root.pem'))).toContain('Verification: OK');
    expect(openssl('ts', '-verify', '-data', at('other'), '-in', at('reply.tsr'), '-CAfile', at('root.pem')).status).toBe(1);
  });

  compared('makes stamps with an RSA chain that this project believes', async () => {
    const configuration = ['[t]', 'default_tsa = c', '[c]', `serial = ${at('serial')}`, `signer_cert = ${at('tsa.pem')}`, `signer_key = ${at('tsa.key')}`, `certs = ${at('ca.pem')}`, 'signer_digest = sha256', 'default_policy = 1.2.3.4', 'digests = sha256', 'accuracy = secs:2', 'ess_cert_id_chain = no', 'ess_cert_id_alg = sha256', 'ordering = no', 'tsa_name = no', '[e]', 'basicConstraints = critical,CA:FALSE', 'keyUsage = critical,digitalSignature', 'extendedKeyUsage = critical,timeStamping', '[a]', 'basicConstraints = critical,CA:TRUE', 'keyUsage = critical,keyCertSign', '[req]', 'distinguished_name = d', '[d]', ''].join('\n');
    await fs.writeFile(at('tsa.cnf'), configuration);
    await fs.writeFile(at('serial'), '01\n');
    const request = newStampRequest(STAMPED);
    await fs.writeFile(at('query.tsq'), request.bytes);
    succeed('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', at('ca.key'), '-out', at('ca.pem'), '-subj', '/CN=OpenSSL Root', '-days', '30', '-config', at('tsa.cnf'), '-extensions', 'a');
    succeed('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', at('tsa.key'), '-out', at('tsa.csr'), '-subj', '/CN=OpenSSL Authority', '-config', at('tsa.cnf'));
    succeed('x509', '-req', '-in', at('tsa.csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-out', at('tsa.pem'), '-days', '30', '-extfile', at('tsa.cnf'), '-extensions', 'e');
    succeed('ts', '-reply', '-queryfile', at('query.tsq'), '-config', at('tsa.cnf'), '-section', 'c', '-out', at('reply.tsr'));
    const made = readStampResponse(await fs.readFile(at('reply.tsr')), request);
    expect(await openStampVerifier(await fs.readFile(at('ca.pem'), 'utf8'))(made, STAMPED)).toMatchObject({ authority: 'OpenSSL Authority' });
    expect(await openStampVerifier(authority.rootPem)(made, STAMPED)).toHaveProperty('problem');
  });
});
