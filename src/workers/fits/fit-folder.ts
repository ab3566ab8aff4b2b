/**
 * The folder of one fit: `weights.safetensors`, `answers.safetensors` and, written last, `fit.json`, which names the hashes of
 * both; `checkpoint/` while it runs. So whatever instant the process dies at, a fit is finished or goes on.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomicallySync } from '../../core/atomic-write.js';
import { messageOf, UserError } from '../../core/errors.js';
import { sha256 } from '../../core/hash.js';
import { definedEntries } from '../../core/json.js';
import { readSafetensors, writeSafetensors } from '../../core/safetensors.js';
import type { TensorMap } from '../../core/tensor.js';
import { parseOrThrow } from '../../core/validate.js';
import { DROPPED } from '../../downstream/cohort/encode.js';
import type { FitSnapshot } from '../../downstream/training/fit.js';
import { Checkpoints } from '../../pretrain/checkpoints.js';
import type { FitResult } from './unit.js';

const numbers = z.array(z.number());

const Targets = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('classes'), names: z.array(z.string()), labels: numbers }),
  z.object({ kind: z.literal('value'), values: numbers }),
  z.object({ kind: z.literal('time'), times: numbers, events: numbers }),
]);

const Covariates = z.object({
  sources: z.array(
    z.discriminatedUnion('kind', [
      z.object({ column: z.string(), kind: z.literal('number'), mean: z.number() }),
      z.object({ column: z.string(), kind: z.literal('category'), categories: z.array(z.string()) }),
    ]),
  ),
  columns: z.array(
    z.object({
      name: z.string(),
      source: z.number(),
      is: z.union([z.literal('number'), z.literal('missing'), z.object({ category: z.string() })]),
      range: z.tuple([z.number(), z.number()]).exactOptional(),
    }),
  ),
  dropped: z.array(z.object({ name: z.string(), because: z.enum(DROPPED) })),
});

const Record = z.object({
  /** Hash of everything that decides the result. */
  identity: z.string(),
  weights: z.string(),
  answers: z.string(),
  steps: z.number(),
  best: z.number(),
  logLikelihood: z.number().optional(),
  penalty: z.number().optional(),
  covariates: Covariates.nullable(),
  constants: z.record(z.string(), numbers),
  context: z.object({
    features: z.number(),
    targets: Targets,
    times: numbers.optional(),
    early: z.number().optional(),
  }),
  curves: z.array(z.object({ name: z.string(), steps: numbers, values: numbers })),
});

const FILES = { weights: 'weights.safetensors', answers: 'answers.safetensors' } as const;

export class FitFolder {
  private readonly checkpoints: Checkpoints;

  constructor(
    readonly path: string,
    private readonly identity: string,
  ) {
    this.checkpoints = new Checkpoints(join(path, 'checkpoint'), { identity }, 'fit');
  }

  /** The finished fit; undefined where there is none yet. Throws `UserError` where it is another one, or was altered. */
  read(): FitResult | undefined {
    const path = join(this.path, 'fit.json');
    if (!existsSync(path)) return undefined;
    const record = parseOrThrow(Record, jsonOf(path), path);
    if (record.identity !== this.identity) {
      throw new UserError({
        subject: path,
        problem: 'is the fit of other rows, options or weights',
        fix: 'choose another folder with -o, or repeat the command that began it',
      });
    }
    const { logLikelihood, penalty, covariates, constants, context, curves, steps, best } = record;
    const { times, early, ...told } = context;
    return {
      model: {
        weights: this.tensors('weights', record.weights),
        constants,
        context: { ...told, ...(times && { times }), ...(early !== undefined && { early }) },
        curves,
        steps,
        best,
        ...definedEntries({ logLikelihood, penalty }),
      },
      answers: this.tensors('answers', record.answers),
      covariates,
    };
  }

  /** True if the fit is finished. */
  get isDone(): boolean {
    return existsSync(join(this.path, 'fit.json'));
  }

  write({ model, answers, covariates }: FitResult): void {
    mkdirSync(this.path, { recursive: true });
    const { weights, ...rest } = model;
    const hashes = { weights: this.store('weights', weights), answers: this.store('answers', answers) };
    const record = { identity: this.identity, ...hashes, ...rest, covariates };
    writeAtomicallySync(join(this.path, 'fit.json'), `${JSON.stringify(record)}\n`);
    this.checkpoints.remove();
  }

  /** Where an unfinished fit goes on. */
  snapshot(): FitSnapshot | undefined {
    const saved = this.checkpoints.read();
    if (saved === undefined) return undefined;
    const { winner } = this.checkpoints;
    return { ...saved, best: winner && { step: winner.step, loss: winner.score, weights: winner.weights } };
  }

  save({ state, curves, best }: FitSnapshot): void {
    if (best !== null) this.checkpoints.offer(best.step, best.loss, best.weights);
    this.checkpoints.save({ state, curves });
  }

  /** Removes what a process that died between its last two steps left behind. */
  tidy(): void {
    rmSync(join(this.path, 'checkpoint'), { recursive: true, force: true });
  }

  private store(what: keyof typeof FILES, tensors: TensorMap): string {
    const bytes = writeSafetensors(tensors);
    writeAtomicallySync(join(this.path, FILES[what]), bytes);
    return sha256(bytes);
  }

  private tensors(what: keyof typeof FILES, hash: string): TensorMap {
    const path = join(this.path, FILES[what]);
    const bytes = existsSync(path) ? readFileSync(path) : undefined;
    if (bytes !== undefined && sha256(bytes) === hash) return readSafetensors(bytes, path);
    throw new UserError({
      subject: path,
      problem: bytes === undefined ? 'is missing' : 'was altered: its content does not match its hash',
      fix: `restore it, or remove ${this.path} to fit it anew`,
    });
  }
}

function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const problem = `is not JSON (${messageOf(cause)})`;
    throw new UserError({ subject: path, problem, fix: 'remove its folder to fit it anew' }, { cause });
  }
}
