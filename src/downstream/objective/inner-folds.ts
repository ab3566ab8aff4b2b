/**
 * What frozen features tell of an outcome, on patients that the head did not learn from: a head is fitted for each inner
 * fold and answers for the rows that the fold leaves out.
 */
import { present } from '../../core/errors.js';
import type { Key } from '../../core/random.js';
import type { Tensor } from '../../core/tensor.js';
import type { Outcome, OutcomeTable } from '../../metrics/outcome-table.js';
import type { Head } from '../head.js';
import { featuresAt } from '../rows.js';
import { pickRows, type Targets } from '../targets.js';
import type { DownstreamTask } from '../task-file.js';
import { Divergence } from '../training/divergence.js';
import type { FitJob } from '../training/fit.js';
import { fitModel } from '../training/fit-model.js';
import { predictWith } from '../training/predict.js';
import type { ModelRows } from '../training/rows.js';
import type { InnerFold, OutcomeSet } from './outcome-set.js';

export interface InnerFolds {
  readonly task: DownstreamTask;
  readonly head: Head;
  /** `[rows, F]`. */
  readonly features: Tensor;
  readonly set: Pick<OutcomeSet, 'targets' | 'patients' | 'folds'>;
  /** All random numbers follow from it. */
  readonly key: Key;
  readonly place: FitJob['place'];
  readonly interrupted: () => boolean;
}

/** The answer for each row; null where the features or an answer are no numbers, or a head's training diverged. */
export async function answerByFolds(job: InnerFolds): Promise<OutcomeTable | null> {
  const { features, set } = job;
  if (!features.data.every(Number.isFinite)) return null;
  const answers: (readonly number[])[] = [];
  for (const [index, fold] of set.folds.entries()) {
    const told = await answersOf(job, fold, index);
    if (told === null) return null;
    fold.answer.forEach((row, place) => {
      answers[row] = present(told[place], `the answer for row ${row}`);
    });
  }
  return outcomeTable({ ...set, patients: set.patients.map(String) }, answers);
}

/** A table of answers by row: probabilities of classes, a value, or a risk. */
export function outcomeTable(
  {
    targets,
    patients,
    folds,
  }: Pick<OutcomeSet, 'targets' | 'folds'> & { readonly patients: readonly string[] },
  answers: readonly (readonly number[])[],
): OutcomeTable {
  const foldOf = new Map(folds.flatMap(({ answer }, index) => answer.map((row) => [row, index] as const)));
  return {
    patients,
    folds: patients.map((_, row) => foldOf.get(row) ?? null),
    outcome: outcomeOf(targets, answers),
  };
}

/** One list of numbers a row of the fold's answers: probabilities, a value or a risk. */
async function answersOf(
  job: InnerFolds,
  { train, heldOut, answer }: InnerFold,
  index: number,
): Promise<readonly (readonly number[])[] | null> {
  const { task, head, place, interrupted, key } = job;
  const model = await fitModel({
    task,
    head,
    place,
    interrupted,
    key: [...key, index],
    train: rowsAt(job, train),
    ...(heldOut.length === 0 ? {} : { heldOut: rowsAt(job, heldOut) }),
  }).catch((error: unknown) => {
    if (error instanceof Divergence) return null;
    throw error;
  });
  if (model === null) return null;
  const predictions = await predictWith(model, { task, head, place }, rowsAt(job, answer));
  const { data } = present(predictions[PREDICTION[head.targets]], `what head ${head.name} tells`);
  if (!data.every(Number.isFinite)) return null;
  const width = data.length / answer.length;
  return answer.map((_, row) => [...data.subarray(row * width, (row + 1) * width)]);
}

/** What heads call the answer that metrics are computed from. */
const PREDICTION = { classes: 'probabilities', value: 'value', time: 'risk' } as const;

function rowsAt({ features, set }: InnerFolds, rows: readonly number[]): ModelRows {
  return {
    features: featuresAt(features, rows),
    targets: pickRows(set.targets, rows),
    patients: rows.map((row) => String(set.patients[row])),
  };
}

function outcomeOf(targets: Targets, answers: readonly (readonly number[])[]): Outcome {
  const first = answers.map(([value = NaN]) => value);
  switch (targets.kind) {
    case 'classes':
      // Sums in float32 may leave [0, 1] by a rounding.
      return {
        ...targets,
        probabilities: answers.map((row) => row.map((share) => Math.min(1, Math.max(0, share)))),
      };
    case 'value':
      return { ...targets, predictions: first };
    case 'time':
      return { ...targets, risk: first };
  }
}
