/** Checkpoints that must not be used: of other evaluations, damaged, or put there by somebody. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import type { EvaluationJob } from '../../../src/core/records.js';
import { readSafetensors, writeSafetensors } from '../../../src/core/safetensors.js';
import { CHECKPOINT_FILE } from '../../../src/workers/continuation/checkpoint-file.js';
import type { Runtime } from '../../../src/workers/runtime.js';
import { temporaryFolder } from '../../support/tiny.js';
import { attempt, benchIn, copied, jobOf, resultOf, runtimeOf, type Bench } from './support.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
let bench: Bench;
let runtime: Runtime;
let job: EvaluationJob;
let whole: unknown;
let fresh = 0;

beforeAll(async () => {
  bench = await benchIn(folder);
  runtime = await runtimeOf(bench);
  job = jobOf(bench, { number: 8 });
  whole = resultOf(await runtime.evaluate(job, () => false));
  await reach(runtime, job, at('own'));
});

/** Leaves a checkpoint of step 3 in a folder. */
async function reach(trained: Runtime, asked: EvaluationJob, own: string): Promise<void> {
  expect(await attempt(trained, asked, { folder: own, questions: 4 })).toBeUndefined();
}

/** Evaluates with what lies in a folder: remarks, and the first step at which a checkpoint was saved. */
async function goOn(own: string): Promise<{ remarks: readonly string[]; first: number | undefined }> {
  const remarks: string[] = [];
  const steps: number[] = [];
  const outcome = await attempt(runtime, job, {
    folder: own,
    everySeconds: 0,
    onTold: (told) => (told.kind === 'remark' ? remarks.push(told.text) : steps.push(told.step)),
  });
  expect(outcome && resultOf(outcome)).toEqual(whole);
  return { remarks, first: steps[0] };
}

const newFolder = (): string => copied(at('own'), at(`copy-${(fresh += 1)}`));
const fileIn = (own: string): string => join(own, CHECKPOINT_FILE);

/** A checkpoint whose hash is right. */
function forged(
  change: (header: Record<string, unknown>, tensors: Buffer) => readonly [object, Buffer],
): string {
  const own = newFolder();
  const bytes = readFileSync(fileIn(own));
  const start = bytes.indexOf('\n') + 1;
  const end = start + 4 + bytes.readUInt32LE(start);
  const header = JSON.parse(bytes.toString('utf8', start + 4, end)) as Record<string, unknown>;
  const [made, tensors] = change(header, bytes.subarray(end, -32));
  const text = Buffer.from(JSON.stringify(made));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const content = Buffer.concat([bytes.subarray(0, start), length, text, tensors]);
  writeFileSync(fileIn(own), Buffer.concat([content, createHash('sha256').update(content).digest()]));
  return own;
}

describe('a checkpoint', () => {
  it('of the evaluation itself is gone on from, without a word', async () => {
    expect(await goOn(newFolder())).toEqual({ remarks: [], first: 6 });
    expect(await goOn(forged((header, tensors) => [header, tensors]))).toEqual({ remarks: [], first: 6 });
  });

  it('of another evaluation is left aside with a remark', async () => {
    const parent = { number: 1, weights: {} };
    const other = (changes: Partial<EvaluationJob>): EvaluationJob => jobOf(bench, { number: 8, ...changes });
    const otherGenome = { ...job, genome: jobOf(bench, { number: 9 }).genome };
    const strangers: readonly (readonly [Runtime, EvaluationJob])[] = [
      [runtime, otherGenome],
      [runtime, { ...otherGenome, genome: job.genome, number: 9 }],
      [runtime, other({ seed: 4 })],
      [runtime, other({ share: 2 })],
      [runtime, other({ parent })],
      [runtime, other({ stopBelow: [{ step: 6, score: -1 }] })],
      [await runtimeOf(bench, { threads: 2 }), job],
      [await runtimeOf(await benchIn(at('elsewhere'), 12, { scans: { spacing: 7 } })), job],
      [await runtimeOf(await benchIn(at('faster'), 12, faster)), job],
    ];
    for (const [i, [trained, asked]] of strangers.entries()) {
      const own = at(`stranger-${i}`);
      await reach(trained, asked, own);
      const { remarks, first } = await goOn(own);
      expect(remarks, `stranger ${i}`).toHaveLength(1);
      expect(remarks[0]).toContain('training starts anew: it belongs to another evaluation');
      expect(first).toBe(3);
    }
  });

  it('that is damaged anywhere is left aside with a remark', async () => {
    const { length } = readFileSync(fileIn(at('own')));
    const rng = rngOf('damages');
    for (let i = 0; i < 12; i++) {
      const own = newFolder();
      const bytes = readFileSync(fileIn(own));
      const place = i === 0 ? 0 : i === 1 ? length - 1 : rng.int(length);
      bytes[place] = (bytes[place] ?? 0) ^ (1 << rng.int(8));
      writeFileSync(fileIn(own), bytes);
      const { remarks, first } = await goOn(own);
      expect([remarks.length, first], `byte ${place}`).toEqual([1, 3]);
    }
    for (const left of [0, 10, 40, length - 1]) {
      const own = newFolder();
      truncateSync(fileIn(own), left);
      expect((await goOn(own)).remarks, `${left} bytes`).toHaveLength(1);
    }
  });

  it('that is huge, no file, or a link is not even read', async () => {
    const huge = newFolder();
    truncateSync(fileIn(huge), 2 ** 31);
    expect((await goOn(huge)).remarks[0]).toMatch(/it has 2147483648 bytes, more than such a training needs/);
    mkdirSync(fileIn(at('folder')), { recursive: true });
    const { remarks } = await goOn(at('folder'));
    expect(remarks[0]).toContain('it is no regular file');
    // Nor can one be saved there, which ends nothing.
    expect(remarks.at(-1)).toContain('the checkpoint could not be saved');
    mkdirSync(at('link'));
    symlinkSync('/dev/zero', fileIn(at('link')));
    expect((await goOn(at('link'))).remarks[0]).toContain('it is no regular file');
  });

  it('that somebody forged is left aside where it does not fit, and ends nothing', async () => {
    const reshaped = (tensors: Buffer, rename: (name: string) => string): Buffer =>
      writeSafetensors(
        Object.fromEntries(Object.entries(readSafetensors(tensors, 'test')).map(([name, value]) => [rename(name), value])), // prettier-ignore
      );
    const cases = [
      forged((header, tensors) => [{ ...header, step: 13 }, tensors]),
      forged((header, tensors) => [{ ...header, step: 2 }, tensors]),
      forged((header, tensors) => [{ ...header, step: 1e300 }, tensors]),
      forged((header, tensors) => [{ ...header, curves: [] }, tensors]),
      forged((header, tensors) => [{ ...header, curves: 'none' }, tensors]),
      forged((header, tensors) => [{ ...header, ended: 'gone' }, tensors]),
      forged((header, tensors) => [{ ...header, more: 1 }, tensors]),
      forged((header, tensors) => [header, tensors.subarray(0, 100)]),
      forged((header, tensors) => [header, reshaped(tensors, (name) => `x${name}`)]),
      forged((header, tensors) => [
        header,
        reshaped(tensors, (name) => name.replace('exp_avg_sq', 'exp_avg')),
      ]),
      forged((header) => [header, writeSafetensors({})]),
    ];
    for (const [i, own] of cases.entries()) {
      const { remarks, first } = await goOn(own);
      expect([remarks.length, first], `case ${i}`).toEqual([1, 3]);
    }
  });
});

const faster = {
  training: { steps: 12, batch: 2, evaluationBatches: 3, evaluateEvery: 3, learningRate: 0.01 },
};
