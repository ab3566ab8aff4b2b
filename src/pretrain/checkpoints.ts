/**
 * Checkpoints of a training: a folder with `checkpoint.json` and the tensors that it names.
 *
 * Tensors are written under a name of their own first; then `checkpoint.json` is replaced in one step. So whatever
 * instant the process dies at, the file names complete tensors of one moment. Tensors that it no longer names are
 * removed after that, and again when the folder is opened.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, UserError } from '../core/errors.js';
import { canonicalJson, type Json } from '../core/json.js';
import { sha256 } from '../core/hash.js';
import type { TensorMap } from '../core/tensor.js';
import { parseOrThrow } from '../core/validate.js';
import { writeAtomicallySync } from '../core/atomic-write.js';
import type { Snapshot } from './pretrain.js';
import { readSafetensors, writeSafetensors } from '../core/safetensors.js';

const TensorFile = z.strictObject({ file: z.string().regex(/^[a-z0-9-]+\.safetensors$/), hash: z.string() });

const Listing = z.strictObject({
  /** Everything that decides the result; a checkpoint of another training is refused. */
  identity: z.record(z.string(), z.json()),
  step: z.number().int().min(0),
  state: TensorFile,
  curves: z.array(
    z.strictObject({ name: z.string(), steps: z.array(z.number()), values: z.array(z.number()) }),
  ),
  best: z.strictObject({ step: z.number(), score: z.number(), weights: TensorFile }).nullable(),
});
type Listing = z.output<typeof Listing>;

export interface Best {
  readonly step: number;
  readonly score: number;
  readonly weights: TensorMap;
}

export class Checkpoints {
  /** The best weights since the folder was opened or read; written with the next checkpoint. */
  private best: Best | null = null;

  constructor(
    private readonly folder: string,
    private readonly identity: Readonly<Record<string, Json>>,
    /** What is trained, for messages. */
    private readonly what = 'pretraining',
  ) {}

  /** The last snapshot, to go on from; undefined if nothing was saved yet. */
  read(): Snapshot | undefined {
    const path = join(this.folder, 'checkpoint.json');
    if (!existsSync(path)) return undefined;
    const listing = readListing(path);
    this.refuseAnother(path, listing.identity);
    const tensors = this.readTensors(listing.state);
    if (listing.best !== null) {
      this.best = { ...listing.best, weights: this.readTensors(listing.best.weights) };
    }
    this.tidy(listing);
    const part = (prefix: string): TensorMap =>
      Object.fromEntries(
        Object.entries(tensors)
          .filter(([name]) => name.startsWith(prefix))
          .map(([name, value]) => [name.slice(prefix.length), value]),
      );
    const state = { weights: part('weights/'), optimiser: part('optimiser/'), step: listing.step };
    return { state, curves: listing.curves };
  }

  offer(step: number, score: number, weights: TensorMap): void {
    this.best = { step, score, weights };
  }

  /** The weights with the best validation so far; `score` is what was offered with them. */
  get winner(): Best | null {
    return this.best;
  }

  save({ state, curves }: Snapshot): void {
    mkdirSync(this.folder, { recursive: true });
    const prefixed = (prefix: string, tensors: TensorMap) =>
      Object.entries(tensors).map(([name, value]) => [prefix + name, value] as const);
    const tensors = Object.fromEntries([
      ...prefixed('weights/', state.weights),
      ...prefixed('optimiser/', state.optimiser),
    ]);
    const { best } = this;
    const listing: Listing = {
      identity: JSON.parse(JSON.stringify(this.identity)) as Listing['identity'],
      step: state.step,
      state: this.writeTensors(`state-${state.step}`, tensors),
      curves: curves.map(({ name, steps, values }) => ({ name, steps: [...steps], values: [...values] })),
      best: best && {
        step: best.step,
        score: best.score,
        weights: this.writeTensors(`best-${best.step}`, best.weights),
      },
    };
    writeAtomicallySync(join(this.folder, 'checkpoint.json'), JSON.stringify(listing));
    this.tidy(listing);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private writeTensors(name: string, tensors: TensorMap): z.output<typeof TensorFile> {
    const file = `${name}.safetensors`;
    const bytes = writeSafetensors(tensors);
    const hash = sha256(bytes);
    writeAtomicallySync(join(this.folder, file), bytes);
    return { file, hash };
  }

  private readTensors({ file, hash }: z.output<typeof TensorFile>): TensorMap {
    const path = join(this.folder, file);
    const damaged = (problem: string): UserError =>
      new UserError({ subject: path, problem, fix: `restore it, or remove ${this.folder} to start afresh` });
    if (!existsSync(path)) throw damaged('the checkpoint is missing');
    const bytes = readFileSync(path);
    if (sha256(bytes) !== hash)
      throw damaged('the checkpoint was altered: its content does not match its hash');
    return readSafetensors(bytes, path);
  }

  private tidy(listing: Listing): void {
    const named = new Set(['checkpoint.json', listing.state.file, listing.best?.weights.file]);
    for (const name of readdirSync(this.folder)) if (!named.has(name)) rmSync(join(this.folder, name));
  }

  private refuseAnother(path: string, found: Readonly<Record<string, Json>>): void {
    const differs = Object.keys(this.identity).find(
      // Checkpoints of voxolve 0.2 say nothing of what a task imports.
      (key) =>
        (key !== 'imports' || key in found) &&
        canonicalJson(this.identity[key] ?? null) !== canonicalJson(found[key] ?? null),
    );
    if (differs === undefined) return;
    throw new UserError({
      subject: path,
      problem: `is the checkpoint of another ${this.what}: ${differs} differs`,
      fix: 'choose another folder with -o, or repeat the command that began it',
    });
  }
}

function readListing(path: string): Listing {
  try {
    return parseOrThrow(Listing, JSON.parse(readFileSync(path, 'utf8')), path);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(
      {
        subject: path,
        problem: `is not JSON (${messageOf(cause)})`,
        fix: 'remove its folder to start afresh',
      },
      { cause },
    );
  }
}
