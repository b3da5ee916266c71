/**
 * Typed reading of environment variables with one list of problems. Knows how a variable is spelled, not what it is
 * for; never echoes a value that may be a secret. Works on the object it is given: only config.ts passes the real one.
 */
import { Secret } from './secret';

/** Variables of the test run itself (address of the shared test server); no setting of the hub. */
const TEST_PREFIX = 'CESSION_TEST_';

export class Environment {
  readonly problems: string[] = [];
  readonly #known = new Set<string>();

  constructor(private readonly env: NodeJS.ProcessEnv) {}

  refuse(problem: string): void {
    this.problems.push(problem);
  }

  /** An empty variable counts as unset: `.env` files and compose files write `NAME=` for "default". */
  has(name: string): boolean {
    return this.read(name) !== null;
  }

  text(name: string, fallback: string): string {
    return this.read(name) ?? fallback;
  }

  secret(name: string): Secret | null {
    const value = this.read(name);
    return value === null ? null : new Secret(value);
  }

  integer(name: string, fallback: number, min: number, max: number): number {
    const text = this.read(name);
    if (text === null) return fallback;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    this.refuse(`${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
    return fallback;
  }

  choice<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const text = this.read(name);
    if (text === null) return fallback;
    const match = allowed.find((candidate) => candidate === text.toLowerCase());
    if (!match) this.refuse(`${name} must be one of ${allowed.join(', ')}, not ${JSON.stringify(text)}`);
    return match ?? fallback;
  }

  base64(name: string, bytes: number): Secret<Buffer> | null {
    const text = this.read(name);
    if (text === null) return null;
    const value = Buffer.from(text, 'base64');
    // Node skips characters that are not base64; only a round trip tells that none was skipped.
    if (value.length === bytes && value.toString('base64') === text) return new Secret(value);
    this.refuse(`${name} must be ${bytes} bytes in standard base64 (openssl rand -base64 ${bytes})`);
    return null;
  }

  postgresUrl(name: string): Secret | null {
    const text = this.read(name);
    if (text === null) return null;
    const url = parseUrl(text);
    // Without a host a URL cannot carry the user names that each role needs.
    if (url && /^postgres(ql)?:$/.test(url.protocol) && url.hostname !== '' && url.pathname.length > 1) return new Secret(text);
    this.refuse(`${name} must look like postgres://user:password@host:5432/database`);
    return null;
  }

  httpUrl(name: string): string | null {
    const text = this.read(name);
    if (text === null) return null;
    const url = parseHttpUrl(text);
    if (url !== null) return url;
    this.refuse(`${name} must be an http or https address without user and password`);
    return null;
  }

  /** What stands between white space; empty when unset. */
  words(name: string): readonly string[] {
    return this.read(name)?.split(/\s+/) ?? [];
  }

  /** C2SP tlog-checkpoint: the origin is a line of its own and, in a signed note's key name, holds no space or plus. */
  origin(name: string, fallback: string): string {
    const text = this.read(name) ?? fallback;
    if (/^[^\s+]{1,200}$/u.test(text)) return text;
    this.refuse(`${name} must be 1 to 200 characters without white space or plus sign`);
    return fallback;
  }

  /** A misspelt variable would silently be the default; it is a problem instead. MUST be called after the last read. */
  refuseUnknown(): void {
    for (const name of Object.keys(this.env)) {
      if (!/^(CESSION_|DATABASE_URL)/.test(name) || name.startsWith(TEST_PREFIX) || this.#known.has(name)) continue;
      this.refuse(`${name} is not a variable of this hub; see .env.example`);
    }
  }

  private read(name: string): string | null {
    this.#known.add(name);
    const value = this.env[name]?.trim();
    return value === undefined || value === '' ? null : value;
  }
}

/** The address without a slash at its end; null when it is none, or holds a password that would stand in logs. */
export function parseHttpUrl(text: string): string | null {
  const url = parseUrl(text);
  return url && /^https?:$/.test(url.protocol) && !url.username && !url.password ? text.replace(/\/+$/, '') : null;
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}
