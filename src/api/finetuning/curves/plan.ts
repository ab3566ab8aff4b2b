/**
 * The models of label-efficiency curves: for each repeat its own folds, for each fold nested subsets of the patients that were
 * not held out, for each subset one model of each arm. All arms of a subset learn from the same patients, and but for the metadata baseline in as many steps.
 */
import { present } from '../../../core/errors.js';
import { learnedFrom, rowsWhere, type Cohort } from '../../../downstream/cohort/cohort.js';
import { refusalOf } from '../../../downstream/identified.js';
import { subsetsOf } from '../../../downstream/cohort/subsets.js';
import type { Head } from '../../../downstream/head.js';
import type { ModelInputs } from '../../../workers/fits/unit.js';
import { withHeldOut, type DivideRows } from '../divide.js';
import { modelSpec, type ModelKind, type ModelSpec } from '../model-spec.js';
import { baselineKind, baselineRefusal } from './baseline.js';

/**
 * `pretrained`: the task's model; `random`: the same, its encoder from random weights; `table`: covariates alone; `metadata`:
 * how scans were stored and how bright they are.
 */
export const ARMS = ['pretrained', 'random', 'table', 'metadata'] as const;
export type Arm = (typeof ARMS)[number];

export interface CurveOptions {
  readonly cohort: Cohort;
  readonly head: Head;
  readonly kind: ModelKind;
  readonly divide: DivideRows;
  readonly labels: readonly (number | 'all')[];
  readonly repeats: number;
  readonly folds: number;
  /** What each arm reads in a repeat; absent where there is no such arm. */
  readonly inputsOf: (arm: Arm, repeat: number) => ModelInputs | undefined;
}

/** One model of a curve. */
export interface CurvePoint {
  readonly arm: Arm;
  readonly labels: number | 'all';
  readonly repeat: number;
  readonly fold: number;
  /** Patients that were learned from, those for early stopping among them. */
  readonly trained: number;
  /** Rows that the fold does not hold out; those that were learned from are drawn from them. */
  readonly available: number;
  /** Rows that are answered for. */
  readonly tested: readonly number[];
  readonly spec: ModelSpec;
  /** Why it is not fitted; absent where it is. */
  readonly refused?: string;
}

export function planCurves(options: CurveOptions): readonly CurvePoint[] {
  const { cohort, divide, repeats, folds } = options;
  const learned = rowsWhere(cohort, learnedFrom);
  return Array.from({ length: repeats }, (_, index) => index + 1).flatMap((repeat) =>
    divide(learned, folds, `labels/repeat-${repeat}`).flatMap((tested, fold) =>
      pointsOf(options, learned, { repeat, fold: fold + 1, tested }),
    ),
  );
}

function pointsOf(
  { cohort, head, kind, labels, inputsOf }: CurveOptions,
  learned: readonly number[],
  { repeat, fold, tested }: Pick<CurvePoint, 'repeat' | 'fold' | 'tested'>,
): readonly CurvePoint[] {
  const held = new Set(tested);
  const rest = learned.filter((row) => !held.has(row));
  const patientOf = (row: number): string => present(cohort.rows[row], `row ${row}`).patient;
  return subsetsOf(cohort, rest, labels, { seed: kind.task.seed, repeat }).flatMap(({ size, patients }) => {
    const rows = rest.filter((row) => patients.has(patientOf(row)));
    const place = `labels-${size}/repeat-${repeat}/fold-${fold}`;
    const shared = { labels: size, repeat, fold, trained: patients.size, available: rest.length, tested };
    // Equal for all arms but the baseline, which holds none out.
    const split = withHeldOut(cohort, rows, { ...kind, name: place });
    const unidentified = refusalOf({ head, task: kind.task }, cohort.targets, split.train);
    return ARMS.flatMap((arm): CurvePoint[] => {
      const inputs = inputsOf(arm, repeat);
      if (inputs === undefined) return [];
      const isBaseline = arm === 'metadata';
      const own = isBaseline ? baselineKind(kind, cohort.targets.kind) : kind;
      const divided = isBaseline ? { train: rows, heldOut: [] } : split;
      const refused = unidentified ?? (isBaseline ? baselineRefusal(own, cohort.targets, rows) : undefined);
      const spec = modelSpec(`${place}/${arm}`, { ...own, inputs }, { ...divided, answer: tested });
      return [{ arm, ...shared, spec, ...(refused !== undefined && { refused }) }];
    });
  });
}
