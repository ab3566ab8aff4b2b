/**
 * What failed at an S3 server, in one line each: what passes by itself, and what the user must put right.
 */
import { messageOf, UserError } from '../../core/errors.js';
import type { S3Address } from './s3-address.js';

export interface S3Answer {
  /** 2xx, or 404 for a key that is absent. */
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/** Statuses of servers that are busy, restart or lost a request on its way. */
const PASSING = new Set([408, 429, 500, 502, 503, 504]);
const PASSING_CODES = /^(RequestTimeout|SlowDown|ServiceUnavailable|InternalError|Throttling)/;
const FULL =
  /^(InsufficientStorage|QuotaExceeded|StorageFull|XMinioStorageFull|XMinioBackendDown|EntityTooLarge)/;

export function isPassing(answer: S3Answer): boolean {
  const code = codeOf(answer);
  if (FULL.test(code)) return false;
  return PASSING.has(answer.status) || PASSING_CODES.test(code);
}

/** A request without an answer: the error to throw in the end, and whether it may pass by itself. */
export function interrupted(
  name: string,
  error: unknown,
): { readonly error: Error; readonly passing: boolean } {
  if (error instanceof UserError) return { error, passing: false };
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const problem =
    error instanceof Error && error.name === 'AbortError'
      ? 'the server stopped answering'
      : `the server cannot be reached (${code === '' ? messageOf(cause) : code})`;
  const fix = 'check the network and AWS_ENDPOINT_URL, then repeat the command, which goes on';
  return {
    error: new UserError({ subject: name, problem, fix }, { cause: error }),
    passing: !/^(ERR_TLS|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|ERR_INVALID_URL)/.test(code),
  };
}

/** The error for an answer that is none. */
export function failureOf({ name, region }: S3Address, answer: S3Answer): UserError {
  const code = codeOf(answer);
  const said = code === '' ? `status ${answer.status}` : `${code}, status ${answer.status}`;
  const told = (problem: string, fix: string): UserError =>
    new UserError({ subject: name, problem: `${problem} (${said})`, fix });
  const elsewhere = answer.headers.get('x-amz-bucket-region') ?? undefined;
  if (code === 'NoSuchBucket') return told('its bucket does not exist', 'make it, or correct the address');
  if (elsewhere !== undefined && elsewhere !== region && /^[a-z0-9-]{1,40}$/.test(elsewhere)) {
    return told(`its bucket is in another region than ${region}`, `set AWS_REGION=${elsewhere}`);
  }
  if (answer.status === 507 || FULL.test(code))
    return told('has no space left', 'free some, then repeat the command');
  if (code === 'RequestTimeTooSkewed') return told('the clock of this machine is wrong', 'set it');
  if (/^(ExpiredToken|TokenRefreshRequired)/.test(code)) return told('the credentials expired', 'renew them');
  if (/^(InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken)/.test(code) || answer.status === 401) {
    return told(
      'the credentials are not accepted',
      'check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION',
    );
  }
  if (answer.status === 403) {
    return told(
      'access is denied',
      'allow s3:GetObject, PutObject, DeleteObject and ListBucket for the prefix',
    );
  }
  return told('the server refused a request', 'check the server and AWS_ENDPOINT_URL');
}

export function tooLarge(name: string, found: string, limit: number): UserError {
  return new UserError({
    subject: name,
    problem: `an object has ${found} bytes, at most ${limit} are expected`,
    fix: 'remove it and check who writes into this bucket',
  });
}

/** The error's code, from the answer's XML. */
function codeOf({ bytes }: S3Answer): string {
  return /<Code>([A-Za-z0-9.]{1,64})<\/Code>/.exec(new TextDecoder().decode(bytes))?.[1] ?? '';
}
