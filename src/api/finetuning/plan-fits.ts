/**
 * The models of a run: with validation rows one, fitted on the training rows; else one for each fold and a final one, fitted on
 * all rows but those of the test.
 */
import { hasFolds } from '../../downstream/cohort/checks.js';
import { learnedFrom, rowsWhere, type Cohort } from '../../downstream/cohort/cohort.js';
import { modelSpec, type ModelKind, type ModelSpec } from './model-spec.js';
import { withHeldOut, type DivideRows } from './divide.js';

export const FINAL = 'final';

export interface RunPlan {
  readonly specs: readonly ModelSpec[];
  /** The rows that each fold's model answers for; empty where there are no folds. */
  readonly folds: readonly (readonly number[])[];
}

export interface PlanOptions extends ModelKind {
  readonly cohort: Cohort;
  /** Wanted number of folds. */
  readonly folds: number;
  readonly divide: DivideRows;
}

export function planFits(options: PlanOptions): RunPlan {
  const { cohort } = options;
  const learned = rowsWhere(cohort, learnedFrom);
  const test = rowsWhere(cohort, ({ split }) => split === 'test');
  if (!hasFolds(cohort)) {
    const validation = rowsWhere(cohort, ({ split }) => split === 'validation');
    const heldOut = options.exact ? [] : validation;
    const answer = [...learned, ...validation, ...test];
    return { specs: [modelSpec(FINAL, options, { train: learned, heldOut, answer })], folds: [] };
  }
  const folds = options.divide(learned, options.folds, 'folds');
  const models = folds.map((fold, index) => {
    const held = new Set(fold);
    const rest = learned.filter((row) => !held.has(row));
    const name = `fold-${index + 1}`;
    return modelSpec(name, options, { ...withHeldOut(cohort, rest, { ...options, name }), answer: fold });
  });
  const final = modelSpec(FINAL, options, {
    ...withHeldOut(cohort, learned, { ...options, name: FINAL }),
    answer: [...learned, ...test],
  });
  return { specs: [...models, final], folds };
}
