/**
 * Requests to S3: signed by aws4fetch (Signature Version 4), tried again with growing pauses where the server or the network
 * fails for a moment, bounded in size and time, and failures told in one line without credentials.
 */
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { UserError } from '../../core/errors.js';
import { sha256 } from '../../core/hash.js';
import { rngOf } from '../../core/random.js';
import type { S3Address } from './s3-address.js';
import type { S3Credentials } from './s3-credentials.js';
import { failureOf, interrupted, isPassing, tooLarge, type S3Answer } from './s3-failures.js';

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly body?: Uint8Array;
  /** The most bytes that the answer may have. */
  readonly limit?: number;
}

export type SendS3 = (request: S3Request) => Promise<S3Answer>;

export interface RetryOptions {
  /** Times that a request is sent at most. */
  readonly tries: number;
  /** First pause in milliseconds; each one after is twice as long, up to `longest`, times a random factor. */
  readonly first: number;
  readonly longest: number;
}

/** About 20 seconds in all: a server that restarts is back by then. */
const patience: RetryOptions = { tries: 9, first: 200, longest: 5000 };

/** Milliseconds without any progress after which a request counts as failed. */
const STALLED_MS = 30_000;
/** Bytes per millisecond below which an upload counts as failed. */
const SLOWEST = 50;
const LONGEST_ERROR = 64 * 1024;

export async function s3Sender(
  address: S3Address,
  credentials: () => Promise<S3Credentials>,
  retry: RetryOptions = patience,
): Promise<SendS3> {
  const { AwsV4Signer } = await library();
  const cache = new Map<string, ArrayBuffer>();
  // Machines that fail at the same time do not come back at the same time.
  const rng = rngOf('s3 pauses', hostname(), process.pid);

  const once: SendS3 = async ({ method, url, body, limit = LONGEST_ERROR }) => {
    const { region } = address;
    const keys = await credentials();
    const headers = { 'x-amz-content-sha256': sha256(body ?? '') };
    const signer = new AwsV4Signer({ ...keys, method, url, headers, service: 's3', region, cache });
    const signed = await signer.sign();
    const stalled = new AbortController();
    const timer = setTimeout(() => stalled.abort(), STALLED_MS + (body?.length ?? 0) / SLOWEST);
    try {
      const response = await fetch(signed.url, {
        method,
        // Not signed: servers behind some proxies see another value.
        headers: [...signed.headers, ['accept-encoding', 'identity']],
        ...(body === undefined ? {} : { body }),
        signal: stalled.signal,
        redirect: 'manual',
      });
      const wanted = response.ok ? limit : LONGEST_ERROR;
      const bytes = await bytesOf(address.name, response, wanted, () => timer.refresh());
      return { status: response.status, headers: response.headers, bytes };
    } finally {
      clearTimeout(timer);
    }
  };

  return async (request) => {
    for (let tries = 1; ; tries++) {
      const answer = await once(request).catch((error: unknown) => interrupted(address.name, error));
      const last = tries >= retry.tries;
      if ('error' in answer) {
        if (last || !answer.passing) throw answer.error;
      } else if (answer.status < 300 || isAbsent(answer)) return answer;
      else if (last || !isPassing(answer)) throw failureOf(address, answer);
      await pause(Math.min(retry.longest, retry.first * 2 ** (tries - 1)) * rng.uniform(0.5, 1));
    }
  };
}

/** A missing key, not a missing bucket; the answer to HEAD has no body that says which. */
function isAbsent({ status, bytes }: S3Answer): boolean {
  return status === 404 && !new TextDecoder().decode(bytes).includes('<Code>NoSuchBucket');
}

async function bytesOf(
  name: string,
  response: Response,
  limit: number,
  onProgress: () => void,
): Promise<Uint8Array> {
  const { body } = response;
  const declared = Number(response.headers.get('content-length') ?? 0);
  // The answer to HEAD declares a length, too.
  if (body === null) return new Uint8Array();
  if (declared > limit) {
    await body.cancel();
    throw tooLarge(name, `${declared}`, limit);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    onProgress();
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) throw tooLarge(name, `more than ${limit}`, limit);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

async function library(): Promise<typeof import('aws4fetch')> {
  try {
    return await import('aws4fetch');
  } catch (cause) {
    throw new UserError(
      { subject: '--blobs s3://', problem: 'needs the package aws4fetch', fix: 'npm install aws4fetch@1' },
      { cause },
    );
  }
}
