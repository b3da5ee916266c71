/**
 * How one process of the hub knows the others and its callers: the gateway's sealing key, a room's opener for it, and the
 * verifier of bearer tokens. All from the home folder or the configured issuer; none is ever printed.
 */
import type { RoomName } from '../schema/vocabulary';
import type { Config } from './config';
import { openKeyPair } from './key-pair';
import { PASSPORT_KEY, passportOpener, passportSealer, type PassportOpener, type PassportSealer } from './passport';
import { openTokenVerifier, type TokenVerifier } from './token';

type CredentialConfig = Pick<Config, 'home' | 'tokens'>;

export async function gatewayCredentials(config: CredentialConfig): Promise<{ passports: PassportSealer; tokens: TokenVerifier }> {
  const { privateKey } = await openKeyPair(config.home, PASSPORT_KEY);
  return { passports: passportSealer(privateKey), tokens: openTokenVerifier(config) };
}

/** Makes the pair when the room starts before its gateway, which then finds it. */
export async function roomCredentials(config: CredentialConfig, room: RoomName): Promise<{ passports: PassportOpener; tokens: TokenVerifier }> {
  const { publicKey } = await openKeyPair(config.home, PASSPORT_KEY);
  return { passports: passportOpener(room, publicKey), tokens: openTokenVerifier(config) };
}
