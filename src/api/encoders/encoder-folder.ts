/**
 * An encoder as a folder: an export of a candidate, the outcome of a pretraining, an import of published weights.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { z } from 'zod';
import { messageOf, UserError } from '../../core/errors.js';
import { readText } from '../../core/read-text.js';
import { readSafetensors } from '../../core/safetensors.js';
import { sameShape, type Tensor, type TensorMap, type Triple } from '../../core/tensor.js';
import { parseOrThrow } from '../../core/validate.js';
import type { Architecture } from '../../nn/architecture.js';
import { checkArchitecture } from '../../nn/check.js';
import { encoderParameters } from '../../nn/parameters.js';
import type { Normalisation } from '../../published/normalisation.js';
import { ScanOptions } from '../../scans/options.js';

export interface EncoderFolder {
  readonly architecture: Architecture;
  readonly weights: TensorMap;
  readonly scans: ScanOptions | null;
  readonly input: Triple | null;
  readonly normalisation: Normalisation | null;
  /** Words on where it comes from, without the folder's name. */
  readonly origin: string;
}

const numbers = z.array(z.number()).min(1);

/** The part of `architecture.json` that is needed here; keys of other versions are let be. */
const Description = z.looseObject({
  architecture: z.looseObject({
    name: z.string(),
    inChannels: z.int().positive(),
    features: z.int().positive(),
    encoder: z.looseObject({ kind: z.string() }),
  }),
  origin: z
    .looseObject({
      experiment: z.string(),
      candidate: z.int(),
      network: z.string(),
      file: z.string(),
    })
    .partial()
    .optional(),
  scans: z.looseObject({}).optional(),
  input: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]).optional(),
  normalisation: z.strictObject({ mean: numbers, std: z.array(z.number().positive()).min(1) }).optional(),
});

/** True for a folder, also one that a pretraining made, in which the encoder is a folder of its own. */
export function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/** Reads the folder, or its `encoder/`. Throws `UserError` where it holds no encoder, or weights of another one. */
export function readEncoderFolder(folder: string, option: string): EncoderFolder {
  const inner = join(folder, 'encoder');
  const place = existsSync(join(folder, 'architecture.json')) || !isFolder(inner) ? folder : inner;
  const [description, weightsFile] = [join(place, 'architecture.json'), join(place, 'weights.safetensors')];
  const missing = [description, weightsFile].find((path) => !existsSync(path));
  if (missing !== undefined) {
    throw new UserError({
      subject: option,
      problem: `the folder holds no encoder: ${missing} is missing`,
      fix: 'name the folder that voxolve export --to pytorch, pretrain or import wrote',
    });
  }
  const parsed = parseOrThrow(Description, json(description), description);
  const architecture = parsed.architecture as unknown as Architecture;
  checked(architecture, description);
  const { scans, normalisation } = parsed;
  if (normalisation !== undefined) checkNormalisation(normalisation, architecture, description);
  return {
    architecture,
    weights: weightsIn(weightsFile, architecture),
    scans: scans === undefined ? null : parseOrThrow(ScanOptions, scans, `"scans" of ${description}`),
    input: parsed.input ?? parityInput(join(place, 'parity.npz')),
    normalisation: normalisation ?? null,
    origin: originOf(parsed.origin),
  };
}

function json(path: string): unknown {
  try {
    return JSON.parse(readText(path));
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const problem = `is not JSON (${messageOf(cause)})`;
    throw new UserError({ subject: path, problem, fix: 'write the folder again' }, { cause });
  }
}

/** Refuses a tree that is none: it was edited, or is of a newer voxolve. */
function checked(architecture: Architecture, path: string): void {
  try {
    checkArchitecture(architecture);
    encoderParameters(architecture);
  } catch (cause) {
    const problem = `does not describe an architecture that this voxolve knows (${messageOf(cause)})`;
    throw new UserError({ subject: path, problem, fix: 'write the folder again' }, { cause });
  }
}

function checkNormalisation({ mean, std }: Normalisation, { inChannels }: Architecture, path: string): void {
  if (mean.length === inChannels && std.length === inChannels) return;
  throw new UserError({
    subject: path,
    problem: `"normalisation" has ${mean.length} means and ${std.length} deviations for ${inChannels} channels`,
    fix: 'write the folder again',
  });
}

/** Exactly the architecture's tensors. */
function weightsIn(path: string, architecture: Architecture): TensorMap {
  const found = readSafetensors(readFileSync(path), path);
  const wrong = (problem: string): UserError =>
    new UserError({ subject: path, problem, fix: 'name a folder whose files belong together' });
  const named = encoderParameters(architecture).map(({ name, shape }): [string, Tensor] => {
    const own = found[name];
    if (own === undefined) throw wrong(`lacks ${name} of architecture.json`);
    if (!sameShape(own.shape, shape)) {
      throw wrong(`${name} is [${own.shape.join(', ')}], architecture.json says [${shape.join(', ')}]`);
    }
    return [name, own];
  });
  return Object.fromEntries(named);
}

/** `[D, H, W]` of the input in `parity.npz`, which has the size that the encoder was pretrained at; null without one. */
function parityInput(path: string): Triple | null {
  if (!existsSync(path)) return null;
  try {
    const files = unzipSync(readFileSync(path), { filter: ({ name }) => name === 'input.npy' });
    const header = Buffer.from(files['input.npy'] ?? []).toString('latin1', 0, 200);
    const extents = /'shape': \((\d+), (\d+), (\d+), (\d+), (\d+)\)/.exec(header)?.slice(3).map(Number);
    return extents === undefined ? null : (extents as unknown as Triple);
  } catch {
    return null;
  }
}

function originOf(origin: z.output<typeof Description>['origin']): string {
  const { network, file, experiment, candidate } = origin ?? {};
  if (network !== undefined) return file === undefined ? network : `${network}, imported from ${file}`;
  if (experiment === undefined) return 'of unknown origin';
  return candidate === undefined ? `experiment ${experiment}` : `candidate ${candidate} of ${experiment}`;
}
