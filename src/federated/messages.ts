/**
 * Messages between a site and the server: the only thing that leaves a site.
 *
 * One plain type in both directions: tensors of parameters, how many patients stand behind them, and means of metrics. The simulation
 * writes and reads every message as bytes, so that what is counted is what would travel; a transport needs nothing else.
 *
 * Bytes: length of the header (unsigned, 32 bits, little-endian), the header as JSON, the tensors as safetensors.
 */
import { z } from 'zod';
import { UserError } from '../core/errors.js';
import { readSafetensors, writeSafetensors } from '../core/safetensors.js';
import type { TensorMap } from '../core/tensor.js';
import { parseOrThrow } from '../core/validate.js';

const VERSION = 1;
const LENGTH_BYTES = 4;
/** Bytes of a header that are read at most. */
const HEADER_LIMIT = 2 ** 16;

const Header = z.strictObject({
  version: z.literal(VERSION),
  kind: z.enum(['weights', 'update']),
  round: z.int().min(0),
  site: z.string(),
  examples: z.int().min(0),
  metrics: z.record(z.string(), z.number()),
});

export interface FederatedMessage {
  /** `weights`: the server's, for a site; `update`: what a site would add to them. */
  readonly kind: 'weights' | 'update';
  readonly round: number;
  readonly site: string;
  /** Patients that an update stands for; 0 in the server's messages, 1 under differential privacy. */
  readonly examples: number;
  /** Means over the site's steps, `loss` among them; empty under differential privacy. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Parameters by name. */
  readonly tensors: TensorMap;
}

export function writeMessage({ tensors, ...header }: FederatedMessage): Uint8Array {
  const json = Buffer.from(JSON.stringify({ version: VERSION, ...header }));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json, writeSafetensors(tensors)]);
}

/** Throws `UserError` for bytes that are no message. */
export function readMessage(bytes: Uint8Array, subject = 'a message of a site'): FederatedMessage {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = buffer.length < LENGTH_BYTES ? HEADER_LIMIT + 1 : buffer.readUInt32LE();
  if (length > HEADER_LIMIT || LENGTH_BYTES + length > buffer.length) {
    throw damaged(subject, `of ${buffer.length} bytes holds no header of up to ${HEADER_LIMIT}`);
  }
  const header = parseOrThrow(
    Header,
    jsonOf(buffer.subarray(LENGTH_BYTES, LENGTH_BYTES + length), subject),
    subject,
  );
  const { kind, round, site, examples, metrics } = header;
  return {
    ...{ kind, round, site, examples, metrics },
    tensors: readSafetensors(buffer.subarray(LENGTH_BYTES + length), subject),
  };
}

function jsonOf(bytes: Buffer, subject: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw damaged(subject, 'has a header that is not JSON');
  }
}

function damaged(subject: string, problem: string): UserError {
  return new UserError({ subject, problem, fix: 'send it again' });
}
