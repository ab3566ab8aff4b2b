/**
 * Questions of a task with what a weak classifier sees of them.
 */
import { present } from '../core/errors.js';
import { matrix, type Matrix } from '../core/linear-algebra/matrix.js';
import type { Rng } from '../core/random.js';
import { sameShape } from '../core/tensor.js';
import { makeBatch, type Batch } from '../pretrain/batches.js';
import type { ScanSet } from '../scans/sampling/scan-set.js';
import type { ClassQuestions, TaskPlan } from '../tasks/task.js';
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

/** A question of a batch. */
export interface Question {
  /** Rows of the input that is shown to the encoder. */
  readonly rows: readonly number[];
  /** The rows that no other question of its crop shows. */
  readonly own: readonly number[];
  readonly answer: number;
}

export function questionsIn(
  batch: Batch,
  { shown, answers, parts }: ClassQuestions,
  crops: number,
): Question[] {
  const classes = [...present(batch[answers], answers).data];
  const perCrop = (present(batch[shown], shown).shape[0] ?? 1) / crops;
  const asked = parts ?? [Array.from({ length: perCrop }, (_, part) => part)];
  return classes.map((answer, index) => {
    const first = Math.floor(index / asked.length) * perCrop;
    const which = index % asked.length;
    const mine = asked[which] ?? [];
    const alone = mine.filter((part) =>
      asked.every((others, other) => other === which || !others.includes(part)),
    );
    return { rows: mine.map((part) => first + part), own: alone.map((part) => first + part), answer };
  });
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
  const asking = present(plan.questions, 'a task that asks for classes');
  const rows: number[][] = [];
  const labels: number[] = [];
  for (let index = 0; rows.length < count; index++) {
    const made = alter(makeBatch({ set, plan, size: batch, split, rng }, index));
    const { data, shape } = present(made[asking.shown], asking.shown);
    const size = data.length / (shape[0] ?? 1);
    for (const question of questionsIn(made, asking, batch)) {
      const seen = new Float32Array(question.rows.length * size);
      question.rows.forEach((row, k) =>
        seen.set((data as Float32Array).subarray(row * size, (row + 1) * size), k * size),
      );
      rows.push(statisticsOf(seen, [question.rows.length, ...shape.slice(1)]));
      labels.push(question.answer);
    }
  }
  const width = rows[0]?.length ?? 0;
  return { statistics: matrix(rows.length, width, (i, j) => rows[i]?.[j] ?? 0), labels };
}
