/**
 * Divisions of rows by patient: folds, and the patients that end a training.
 */
import { rngOf } from '../../core/random.js';
import type { Cohort } from '../../downstream/cohort/cohort.js';
import { foldsOf, heldOutPatients } from '../../downstream/cohort/folds.js';
import type { DownstreamTask } from '../../downstream/task-file.js';
import { someRows } from './some-rows.js';

/** Divides rows into folds; `name` says what for, and draws a division of its own. */
export type DivideRows = (
  rows: readonly number[],
  folds: number,
  name: string,
) => readonly (readonly number[])[];

export function dividerOf(cohort: Cohort, seed: number): DivideRows {
  return (rows, count, name) => {
    const part = someRows(cohort, rows);
    const all = { ...part, rows: part.rows.map((row) => ({ ...row, split: null })) };
    const folds = foldsOf(all, count, rngOf(seed, 'divide', name).int(2 ** 31));
    return Array.from({ length: count }, (_, fold) =>
      rows.filter((_row, index) => folds[index] === fold + 1),
    );
  };
}

/** Takes the task's share of patients off, for early stopping and calibration; none where a head is solved exactly. */
export function withHeldOut(
  cohort: Cohort,
  rows: readonly number[],
  { task, exact, name }: { readonly task: DownstreamTask; readonly exact: boolean; readonly name: string },
): { readonly train: readonly number[]; readonly heldOut: readonly number[] } {
  if (exact) return { train: rows, heldOut: [] };
  const held = heldOutPatients(cohort, rows, task.training.heldOut, [task.seed, 'finetune', name]);
  const isHeld = (row: number): boolean => held.has(cohort.rows[row]?.patient ?? '');
  return { train: rows.filter((row) => !isHeld(row)), heldOut: rows.filter(isHeld) };
}
