/**
 * Samples of the proxy task: what the encoder is shown of a crop of a held-out patient, and the answer that is asked for.
 */
import { rngOf } from '../../../core/random.js';
import { sameShape, sizeOf, type AnyTensor } from '../../../core/tensor.js';
import { makeBatch, type Batch } from '../../../pretrain/batches.js';
import { contactSheet, tilesOf } from '../../../scans/preview.js';
import type { TaskPlan } from '../../../tasks/task.js';
import type { ScansView } from '../types.js';
import type { OpenScans } from './open-scans.js';

/** Samples that are drawn, where a batch holds as many. */
const SAMPLES = 6;

/** Parts that are drawn of one sample. */
const MOST_PARTS = 27;

interface Samples {
  readonly batch: Batch;
  readonly count: number;
  readonly crops: number;
  /** What the encoder is shown: `[crops · P, C, D, H, W]`. */
  readonly shown: AnyTensor;
}

/** The same at every call: drawn from the experiment's seed. Null where the task shows the encoder nothing by itself. */
function samplesOf({ resolved, set }: OpenScans): Samples | null {
  const { plan, experiment } = resolved;
  const crops = experiment.training.batch;
  const rng = rngOf(experiment.seed, 'pictures');
  const batch = makeBatch({ set, plan, size: crops, split: 'validation', rng }, 0);
  const shown = batch[shownBy(plan) ?? ''];
  return shown === undefined ? null : { batch, crops, shown, count: Math.min(SAMPLES, crops) };
}

function shownBy(plan: TaskPlan): string | undefined {
  return (
    plan.questions?.shown ??
    plan.inputs.find(({ shape }) => sameShape(shape, plan.encoderInput))?.name ??
    plan.inputs.find(({ shape }) => shape.length === 5)?.name
  );
}

export function sampleRows(scans: OpenScans): ScansView['batches'] {
  const samples = samplesOf(scans);
  if (samples === null) return [];
  const { plan, task } = scans.resolved;
  return Array.from({ length: samples.count }, (_, index) => {
    const parts = partsOf(samples);
    const pieces = parts === 1 ? 'one input' : `${parts} inputs`;
    return {
      index,
      caption: `${task.name}: ${pieces} of ${samples.shown.shape.slice(2).join('×')} voxels from a crop of a held-out patient`,
      answer: answerText(samples, plan, index),
      prediction: null,
    };
  });
}

/** A PNG of all parts of a sample, three slices or frames of each; undefined where there is no such sample. */
export function samplePicture(scans: OpenScans, index: number): Uint8Array | undefined {
  const samples = samplesOf(scans);
  if (samples === null || !Number.isInteger(index) || index < 0 || index >= samples.count) return undefined;
  const [, ...shape] = samples.shown.shape as [number, number, number, number, number];
  const size = sizeOf(shape);
  const parts = partsOf(samples);
  const [volume] = scans.set.volumes;
  const { spacing = [1, 1, 1] as const, frameTime = null } = volume ?? {};
  return contactSheet(
    Array.from({ length: Math.min(parts, MOST_PARTS) }, (_, part) => {
      const first = (index * parts + part) * size;
      const voxels = Float32Array.from(samples.shown.data.subarray(first, first + size));
      return tilesOf({ shape, spacing, frameTime, voxels, foreground: new Uint8Array(0) });
    }),
  );
}

function partsOf({ shown, crops }: Samples): number {
  return Math.max(1, Math.floor((shown.shape[0] ?? 1) / crops));
}

function answerText({ batch, crops }: Samples, plan: TaskPlan, index: number): string {
  const { questions } = plan;
  const answers = questions === undefined ? undefined : batch[questions.answers];
  if (questions === undefined || answers === undefined)
    return 'the task asks for no class: it is answered in voxels';
  const each = answers.data.length / crops;
  const own = [...answers.data.subarray(index * each, (index + 1) * each)];
  const asked = own.length === 1 ? 'class' : 'classes';
  const words = own.map((one) => questions.inWords?.(Number(one))).filter((text) => text !== undefined);
  const told = `${asked} ${own.map((one) => Number(one) + 1).join(', ')} of ${questions.classes}`;
  return [told, ...words].join(': ');
}
