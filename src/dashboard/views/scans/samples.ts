/**
 * Samples of the proxy task: what the encoder is shown of a crop of a held-out patient, and the answer that is asked for.
 */
import { rngOf } from '../../../core/random.js';
import { sameShape, type AnyTensor } from '../../../core/tensor.js';
import { makeBatch, type Batch } from '../../../pretrain/batches.js';
import type { ClassQuestions, TaskPlan } from '../../../tasks/task.js';
import type { ScansView } from '../types.js';
import type { OpenScans } from './open-scans.js';

/** Samples that are drawn, where a batch holds as many. */
const SAMPLES = 6;

export interface Samples {
  readonly batch: Batch;
  readonly count: number;
  readonly crops: number;
  /** What the encoder is shown: `[crops · P, C, D, H, W]`. */
  readonly shown: AnyTensor;
}

/** The same at every call: drawn from the experiment's seed. Null where the task shows the encoder nothing by itself. */
export function samplesOf({ resolved, set }: OpenScans): Samples | null {
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
    plan.voxelQuestions?.shown ??
    plan.inputs.find(({ shape }) => sameShape(shape, plan.encoderInput))?.name ??
    plan.inputs.find(({ shape }) => shape.length === 5)?.name
  );
}

export function sampleRows(scans: OpenScans): ScansView['batches'] {
  const samples = samplesOf(scans);
  if (samples === null) return [];
  const { plan, task } = scans.resolved;
  const parts = partsOf(samples);
  const pieces = parts === 1 ? 'one input' : `${parts} inputs`;
  const how =
    plan.questions?.places === undefined
      ? ''
      : '; drawn is the middle axial slice of each piece, layers of pieces from the top down';
  const caption = `${task.name}: ${pieces} of ${samples.shown.shape.slice(2).join('×')} voxels from a crop of a held-out patient${how}`;
  return Array.from({ length: samples.count }, (_, index) => ({
    index,
    caption,
    answer: answerText(samples, plan, index),
    hasPictures: plan.voxelQuestions !== undefined || plan.questions?.places !== undefined,
  }));
}

/** Inputs of the encoder that a sample has. */
export function partsOf({ shown, crops }: Samples): number {
  return Math.max(1, Math.floor((shown.shape[0] ?? 1) / crops));
}

/** The right classes of a sample, one for each of its questions. */
export function answersOf(
  { batch, crops }: Samples,
  { answers }: ClassQuestions,
  index: number,
): readonly number[] {
  const data = batch[answers]?.data ?? [];
  const each = data.length / crops;
  return [...data.slice(index * each, (index + 1) * each)].map(Number);
}

function answerText(samples: Samples, { questions, voxelQuestions }: TaskPlan, index: number): string {
  if (voxelQuestions !== undefined) return 'the voxels as they were in the scan';
  if (questions === undefined) return 'the task asks for no class: it compares samples with each other';
  return classText(questions, answersOf(samples, questions, index));
}

/** Classes counted from 1, and what they mean where the task says it. */
export function classText(questions: ClassQuestions, classes: readonly number[]): string {
  const words = classes.map((one) => questions.inWords?.(one)).filter((text) => text !== undefined);
  const told = `${classes.length === 1 ? 'class' : 'classes'} ${classes.map((one) => one + 1).join(', ')} of ${questions.classes}`;
  return [told, ...words].join(': ');
}
