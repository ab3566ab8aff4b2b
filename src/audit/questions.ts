/**
 * Questions of a task with what a weak classifier sees of them.
 */
import { present } from '../core/errors.js';
import type { Rng } from '../core/random.js';
import { sameShape } from '../core/tensor.js';
import { makeBatch, type Batch } from '../pretrain/batches.js';
import { matrix, type Matrix } from '../probes/matrix.js';
import type { ScanSet } from '../scans/scan-set.js';
import type { TaskPlan } from '../tasks/task.js';
import { statisticsOf } from './statistics.js';

export interface Questions {
  /** One row per question. */
  readonly statistics: Matrix;
  readonly labels: readonly number[];
}

/** The name of the input that the encoder sees. */
export function encoderInputOf(plan: TaskPlan): string {
  return present(
    plan.inputs.find(({ shape }) => sameShape(shape, plan.encoderInput)),
    'an input of the shape that the encoder sees',
  ).name;
}

/** The name of the input with the classes; undefined for tasks that are no classification. */
export function labelInputOf(plan: TaskPlan): string | undefined {
  return plan.inputs.find(({ dtype, shape }) => dtype === 'i64' && shape.length === 1)?.name;
}

export interface QuestionOptions {
  readonly set: ScanSet;
  readonly plan: TaskPlan;
  /** Crops per batch. */
  readonly batch: number;
  readonly split: 'train' | 'validation';
  readonly count: number;
  readonly rng: Rng;
  /** Changes a batch before it is looked at. */
  readonly alter?: (batch: Batch) => Batch;
}

export function askQuestions({
  set,
  plan,
  batch,
  split,
  count,
  rng,
  alter = (same) => same,
}: QuestionOptions): Questions {
  const shown = encoderInputOf(plan);
  const labelled = present(labelInputOf(plan), 'a classification task');
  const rows: number[][] = [];
  const labels: number[] = [];
  for (let index = 0; rows.length < count; index++) {
    const made = alter(makeBatch({ set, plan, size: batch, split, rng }, index));
    const { data, shape } = present(made[shown], shown);
    const perQuestion = [(shape[0] ?? 1) / batch, ...shape.slice(1)];
    const size = data.length / batch;
    for (let i = 0; i < batch; i++) {
      rows.push(statisticsOf((data as Float32Array).subarray(i * size, (i + 1) * size), perQuestion));
      labels.push(made[labelled]?.data[i] ?? -1);
    }
  }
  const width = rows[0]?.length ?? 0;
  return { statistics: matrix(rows.length, width, (i, j) => rows[i]?.[j] ?? 0), labels };
}
