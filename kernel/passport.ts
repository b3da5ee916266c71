/**
 * Passports: what the gateway seals for every fetch from a room in another process, and what the room opens before it
 * believes a word. Bound to room, document, variables, operation and actor for 60 seconds. A replay of the same fetch is
 * tolerated, since it can only repeat the same read or the same client key; any other use is refused.
 */
import { createHash, type KeyObject } from 'node:crypto';
import { jwtVerify, SignJWT, type JWTPayload } from 'jose';
import { AUDIENCES, PURPOSES, type RoomName } from '../schema/vocabulary';
import type { Actor } from './actor';
import { HubError } from './errors';
import type { RoomRequest } from './room';

/** What travels beside the passport in the open and is bound by it. */
export interface PassportSubject {
  readonly document: string;
  readonly variables: Record<string, unknown> | null;
  readonly operationName: string | null;
}

/** What the passport itself says. */
export type PassportContents = Pick<RoomRequest, 'actor' | 'atLeast' | 'requestId'>;

export interface PassportSealer {
  seal(room: RoomName, request: PassportSubject & PassportContents): Promise<string>;
}

export interface PassportOpener {
  /** Throws UNAUTHENTICATED unless the gateway sealed exactly this for this room within the last minute. */
  open(passport: string, subject: PassportSubject): Promise<PassportContents>;
}

/** File name of the gateway's key pair in the home folder. */
export const PASSPORT_KEY = 'passport';
export const PASSPORT_SCHEME = 'Passport';

const ISSUER = 'cession:gateway';
/** RFC 8725 section 3.11: a type of its own, so that no other JWT of the hub can be taken for a passport. */
const TYPE = 'cession-passport+jwt';
const LIFETIME_SECONDS = 60;
/** Rooms may run on machines whose clocks differ a little. */
const CLOCK_TOLERANCE_SECONDS = 5;

interface PassportClaims extends JWTPayload {
  readonly doc: string;
  readonly vars: string;
  readonly op: string | null;
  readonly actor: Omit<Actor, 'method'>;
  readonly atLeast: number;
  readonly requestId: string;
}

const roomAudience = (room: RoomName) => `cession:room:${room}`;
const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');

/**
 * Both sides hash what `JSON.stringify` makes of the value, and a value that came through JSON keeps its form: order of
 * keys included. Whoever re-encodes the body on its way breaks the seal, which is meant.
 */
function boundClaims({ document, variables, operationName }: PassportSubject): Pick<PassportClaims, 'doc' | 'vars' | 'op'> {
  return { doc: sha256(document), vars: sha256(JSON.stringify(variables)), op: operationName };
}

export function passportSealer(privateKey: KeyObject, now: () => Date = () => new Date()): PassportSealer {
  return {
    seal: async (room, request) => {
      const { audience, sub, org, scopes, purpose } = request.actor;
      const issuedAt = Math.floor(now().getTime() / 1000);
      const claims: PassportClaims = {
        ...boundClaims(request),
        actor: { audience, sub, org, scopes, purpose },
        atLeast: request.atLeast,
        requestId: request.requestId,
        iss: ISSUER,
        aud: roomAudience(room),
        iat: issuedAt,
        exp: issuedAt + LIFETIME_SECONDS,
      };
      return new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', typ: TYPE }).sign(privateKey);
    },
  };
}

export function passportOpener(room: RoomName, publicKey: KeyObject, now: () => Date = () => new Date()): PassportOpener {
  return {
    open: async (passport, subject) => {
      const claims = await verifiedClaims(passport, publicKey, room, now());
      const expected = boundClaims(subject);
      const differs = (['doc', 'vars', 'op'] as const).some((name) => claims[name] !== expected[name]);
      if (differs) throw refused('The passport was sealed for another operation.');
      return contentsOf(claims);
    },
  };
}

async function verifiedClaims(passport: string, publicKey: KeyObject, room: RoomName, at: Date): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(passport, publicKey, {
      issuer: ISSUER,
      audience: roomAudience(room),
      algorithms: ['EdDSA'],
      typ: TYPE,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      maxTokenAge: LIFETIME_SECONDS,
      requiredClaims: ['exp', 'iat'],
      currentDate: at,
    });
    return payload;
  } catch (error) {
    throw refused('The passport is not one of this gateway for this room, or its minute has passed.', error);
  }
}

function refused(message: string, cause?: unknown): HubError {
  return new HubError('UNAUTHENTICATED', message, { cause });
}

/** The signature is ours, so a wrong shape means another version of the gateway; it is refused all the same. */
function contentsOf(claims: JWTPayload): PassportContents {
  const { actor, atLeast, requestId } = claims as Partial<PassportClaims>;
  const wellFormed =
    typeof actor === 'object' &&
    AUDIENCES.includes(actor.audience) &&
    typeof actor.sub === 'string' &&
    typeof actor.org === 'string' &&
    Array.isArray(actor.scopes) &&
    (actor.purpose === null || PURPOSES.includes(actor.purpose)) &&
    Number.isSafeInteger(atLeast) &&
    typeof requestId === 'string';
  if (!wellFormed) throw refused('The passport is of another version of the gateway.');
  return { actor: { ...actor, method: 'passport' }, atLeast: atLeast ?? -1, requestId };
}
