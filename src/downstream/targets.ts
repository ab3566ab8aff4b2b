/**
 * What is known of each row of features, and is to be predicted: a class or a number.
 */
import { UserError } from '../core/errors.js';

export interface ClassTargets {
  readonly kind: 'classes';
  readonly names: readonly string[];
  /** An index into `names` for each row. */
  readonly labels: readonly number[];
}

export interface ValueTargets {
  readonly kind: 'value';
  /** A number for each row, in whatever unit. */
  readonly values: readonly number[];
}

export type Targets = ClassTargets | ValueTargets;

export function rowsOf(targets: Targets): number {
  return targets.kind === 'classes' ? targets.labels.length : targets.values.length;
}

/** The targets of some rows, in the order given. */
export function pickRows(targets: Targets, rows: readonly number[]): Targets {
  if (targets.kind === 'classes')
    return { ...targets, labels: rows.map((row) => targets.labels[row] ?? NaN) };
  return { ...targets, values: rows.map((row) => targets.values[row] ?? NaN) };
}

/** Refuses targets that no head could learn from, in one line. */
export function checkTargets(targets: Targets, kind: Targets['kind'], subject: string): void {
  const refuse = (problem: string, fix: string): never => {
    throw new UserError({ subject, problem, fix });
  };
  if (targets.kind !== kind) refuse(`must be of kind "${kind}", got "${targets.kind}"`, 'use another head');
  if (rowsOf(targets) === 0) refuse('must have a row at least, got none', 'give a target for each row');
  if (targets.kind === 'value') {
    const row = targets.values.findIndex((value) => !Number.isFinite(value));
    if (row >= 0) refuse(`row ${row} is ${targets.values[row]}, not a finite number`, 'leave the row out');
    return;
  }
  const { names, labels } = targets;
  if (names.length < 2) refuse(`must name two classes at least, got ${names.length}`, 'name all classes');
  const row = labels.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= names.length);
  if (row >= 0) {
    refuse(`row ${row} is ${labels[row]}, not an index below ${names.length}`, 'correct the label');
  }
}

/** Refuses targets of training that leave nothing to tell apart. */
export function checkTrainingTargets(targets: Targets, subject: string): void {
  if (targets.kind === 'value') {
    if (targets.values.every((value) => value === targets.values[0])) {
      throw new UserError({
        subject,
        problem: `all values are ${targets.values[0]}`,
        fix: 'give rows that differ',
      });
    }
    return;
  }
  const absent = targets.names.find((_, label) => !targets.labels.includes(label));
  if (absent !== undefined) {
    throw new UserError({
      subject,
      problem: `no row is of class "${absent}"`,
      fix: 'add rows of it, or leave the class out',
    });
  }
}
