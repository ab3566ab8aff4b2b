/**
 * The file of a checkpoint: all of a training's state, in one file that is replaced in one step, so that it can be copied to
 * other machines while training goes on.
 *
 * A line that names the format, the length of the header (unsigned, 32 bits, little-endian), the header (JSON), the tensors
 * (safetensors), and the SHA-256 of all before. Whoever reads one has not written it: sizes are bounded before a file is
 * read, and nothing is used that its hash and its header's schema do not vouch for.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { writePartsAtomicallySync } from '../../core/atomic-write.js';
import { messageOf } from '../../core/errors.js';
import { readSafetensors, safetensorsParts } from '../../core/safetensors.js';
import type { TensorMap } from '../../core/tensor.js';
import type { Snapshot } from '../../pretrain/pretrain.js';

/** Name of the file in a continuation's folder. */
export const CHECKPOINT_FILE = 'evaluation.checkpoint';

export interface EvaluationCheckpoint {
  /** Hash of everything that decides the training (identity.ts). */
  readonly identity: string;
  /** Seconds that the evaluation took up to here, in all its attempts. */
  readonly seconds: number;
  readonly snapshot: Snapshot;
}

/** Why a file is no checkpoint that could be used, in a few words. */
export class Unusable extends Error {}

const MAGIC = Buffer.from('voxolve evaluation checkpoint 1\n');
const LENGTH = 4;
const DIGEST = 32;

/** Numbers that JSON does not hold have names. */
const special = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity, '-0': -0 } as const;
type Special = keyof typeof special;
const Value = z.union([z.number(), z.enum(Object.keys(special) as [Special, ...Special[]])]);

const Header = z.strictObject({
  identity: z.string(),
  step: z.int().min(1),
  seconds: z.number().min(0),
  ended: z.enum(['saturated', 'curve']).optional(),
  curves: z.array(
    z
      .strictObject({ name: z.string(), steps: z.array(z.int().min(0)), values: z.array(Value) })
      .refine(({ steps, values }) => steps.length === values.length),
  ),
});
type Header = z.output<typeof Header>;

/** Writes the file, and its folder where there is none. */
export function writeCheckpoint(path: string, { identity, seconds, snapshot }: EvaluationCheckpoint): void {
  const { state, curves, ended } = snapshot;
  const header: Header = {
    identity,
    step: state.step,
    seconds,
    ...(ended === undefined ? {} : { ended }),
    curves: curves.map(({ name, steps, values }) => ({
      name,
      steps: [...steps],
      values: values.map((value) => (isPlain(value) ? value : Object.is(value, -0) ? '-0' : nameOf(value))),
    })),
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(LENGTH);
  length.writeUInt32LE(text.length);
  const tensors = { ...prefixed('weights/', state.weights), ...prefixed('optimiser/', state.optimiser) };
  mkdirSync(dirname(path), { recursive: true });
  writePartsAtomicallySync(path, withDigest([MAGIC, length, text, ...safetensorsParts(tensors)]));
}

/** Undefined where there is none; throws `Unusable` where it is larger than `limit` bytes or not what was written. */
export function readCheckpoint(path: string, limit: number): EvaluationCheckpoint | undefined {
  const info = lstatSync(path, { throwIfNoEntry: false });
  if (info === undefined) return undefined;
  if (!info.isFile()) throw new Unusable('it is no regular file');
  if (info.size > limit) throw new Unusable(`it has ${info.size} bytes, more than such a training needs`);
  return parseCheckpoint(readFileSync(path));
}

function parseCheckpoint(bytes: Buffer): EvaluationCheckpoint {
  const start = MAGIC.length + LENGTH;
  const end = bytes.length - DIGEST;
  if (end < start || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new Unusable('it is not in the format of this version');
  }
  const digest = createHash('sha256').update(bytes.subarray(0, end)).digest();
  if (!digest.equals(bytes.subarray(end))) throw new Unusable('its content does not match its hash');
  const length = bytes.readUInt32LE(MAGIC.length);
  if (start + length > end) throw new Unusable('its header is longer than the file');
  try {
    const { identity, seconds, step, curves, ended } = Header.parse(
      JSON.parse(bytes.toString('utf8', start, start + length)),
    );
    const tensors = readSafetensors(bytes.subarray(start + length, end), 'its tensors');
    const state = { weights: part('weights/', tensors), optimiser: part('optimiser/', tensors), step };
    const plain = curves.map((curve) => ({ ...curve, values: curve.values.map(valueOf) }));
    return {
      identity,
      seconds,
      snapshot: { state, curves: plain, ...(ended === undefined ? {} : { ended }) },
    };
  } catch (thrown) {
    throw new Unusable(`it cannot be read: ${messageOf(thrown).split('\n')[0]}`, { cause: thrown });
  }
}

function* withDigest(parts: readonly Uint8Array[]): Iterable<Uint8Array> {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(part);
    yield part;
  }
  yield hash.digest();
}

const isPlain = (value: number): boolean => Number.isFinite(value) && !Object.is(value, -0);
const nameOf = (value: number): Special => String(value) as Special;
const valueOf = (value: number | Special): number => (typeof value === 'number' ? value : special[value]);

function prefixed(prefix: string, tensors: TensorMap): TensorMap {
  return Object.fromEntries(Object.entries(tensors).map(([name, value]) => [prefix + name, value]));
}

function part(prefix: string, tensors: TensorMap): TensorMap {
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}
