/**
 * A model to be fitted, and the fits that it takes: one, or those of its parts and of the learner that stacks them.
 */
import type { Key } from '../../core/random.js';
import type { DownstreamTask } from '../../downstream/task-file.js';
import type { FitUnit, ModelInputs } from '../../workers/fits/unit.js';

/** As a unit, but a task may ask for stacking. */
export type ModelSpec = FitUnit;

export interface ModelRowsOf {
  readonly train: readonly number[];
  readonly heldOut: readonly number[];
  readonly answer: readonly number[];
}

/** What models of a run share. */
export interface ModelKind {
  readonly task: DownstreamTask;
  readonly inputs: ModelInputs;
  /** True where the head is fitted exactly, so that no rows are held out. */
  readonly exact: boolean;
  /** Times at which survival is told; absent for other targets. */
  readonly times?: readonly number[] | undefined;
  /** A head other than the run's, by its name. */
  readonly head?: string;
}

/** A model also answers for its held-out rows, by which it is calibrated. */
export function modelSpec(
  name: string,
  { task, inputs, exact, times, head }: ModelKind,
  rows: ModelRowsOf,
): ModelSpec {
  const answer = [...new Set([...rows.heldOut, ...rows.answer])];
  const { features, encoder, covariates } = inputs;
  // A model of one part has nothing to fuse.
  const both = covariates !== undefined && (features ?? encoder) !== undefined;
  const fused = both ? task : { ...task, fusion: { name: 'none' as const, options: {} } };
  return {
    name,
    task: fused,
    inputs,
    exact,
    ...rows,
    answer,
    ...(times && { times }),
    ...(head !== undefined && { head }),
    key: keyOf(task, name),
  };
}

export const keyOf = (task: DownstreamTask, name: string): Key => [task.seed, 'finetune', name];
