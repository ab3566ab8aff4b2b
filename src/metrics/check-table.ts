/**
 * The check of a table of outcomes before anything is computed from it: metrics themselves take finite numbers for granted.
 */
import { UserError } from '../core/errors.js';
import type { Outcome, OutcomeTable } from './outcome-table.js';

/** Number of rows of an outcome. */
function outcomeRows(outcome: Outcome): number {
  switch (outcome.kind) {
    case 'classes':
      return outcome.labels.length;
    case 'value':
      return outcome.values.length;
    case 'time':
      return outcome.times.length;
  }
}

/** The outcome of some rows, in the order given. */
export function outcomeOf(outcome: Outcome, rows: readonly number[]): Outcome {
  const pick = <T>(values: readonly T[]): T[] => rows.map((row) => values[row] as T);
  switch (outcome.kind) {
    case 'classes':
      return { ...outcome, labels: pick(outcome.labels), probabilities: pick(outcome.probabilities) };
    case 'value':
      return { ...outcome, values: pick(outcome.values), predictions: pick(outcome.predictions) };
    case 'time': {
      const { survival } = outcome;
      return {
        ...outcome,
        times: pick(outcome.times),
        events: pick(outcome.events),
        risk: pick(outcome.risk),
        ...(survival === undefined ? {} : { survival: { ...survival, curves: pick(survival.curves) } }),
      };
    }
  }
}

/** How far beyond [0, 1] rounding of float32 takes a probability. */
const ROUNDING = 1e-6;

/** The table after `checkTable`, with probabilities that rounding took beyond 0 or 1 brought back. */
export function soundTable(table: OutcomeTable, subject?: string): OutcomeTable {
  checkTable(table, subject);
  const { outcome } = table;
  const cut = (rows: readonly (readonly number[])[]): readonly (readonly number[])[] =>
    rows.every((row) => row.every((p) => p >= 0 && p <= 1))
      ? rows
      : rows.map((row) => row.map((p) => Math.min(1, Math.max(0, p))));
  if (outcome.kind === 'classes') {
    return { ...table, outcome: { ...outcome, probabilities: cut(outcome.probabilities) } };
  }
  if (outcome.kind === 'value' || outcome.survival === undefined) return table;
  const { survival } = outcome;
  return { ...table, outcome: { ...outcome, survival: { ...survival, curves: cut(survival.curves) } } };
}

/**
 * Throws a `UserError` that names `subject` and the first row that is wrong: a list of another length, a number that is not
 * finite, a label that is no class, a negative time, an event other than 0 and 1, a probability outside of [0, 1].
 */
function checkTable(table: OutcomeTable, subject = 'predictions'): void {
  const { outcome } = table;
  const n = outcomeRows(outcome);
  const refuse = (problem: string, fix: string): never => {
    throw new UserError({ subject, problem, fix });
  };
  const check = (name: string, values: readonly unknown[], isRight: (value: never) => boolean): void => {
    if (values.length !== n)
      refuse(`has ${n} rows, but ${values.length} of ${name}`, 'give one for each row');
    const row = values.findIndex((value) => !isRight(value as never));
    if (row >= 0)
      refuse(`row ${row} has the ${name} ${String(values[row])}`, 'correct it or leave the row out');
  };
  const share = (p: number): boolean => p >= -ROUNDING && p <= 1 + ROUNDING;
  check('patient', table.patients, (id: string) => typeof id === 'string');
  check('fold', table.folds, (fold: number | null) => fold === null || Number.isInteger(fold));
  if (table.uncertainty !== undefined) check('uncertainty', table.uncertainty, Number.isFinite);
  switch (outcome.kind) {
    case 'classes': {
      const k = outcome.names.length;
      check('label', outcome.labels, (label: number) => Number.isInteger(label) && label >= 0 && label < k);
      check('probabilities', outcome.probabilities, (row: number[]) => row.length === k && row.every(share));
      return;
    }
    case 'value':
      check('value', outcome.values, Number.isFinite);
      check('prediction', outcome.predictions, Number.isFinite);
      return;
    case 'time': {
      check('time', outcome.times, (time: number) => Number.isFinite(time) && time >= 0);
      check('event', outcome.events, (event: number) => event === 0 || event === 1);
      check('risk', outcome.risk, Number.isFinite);
      const { survival } = outcome;
      if (survival === undefined) return;
      const { times, curves } = survival;
      if (times.length === 0 || times.some((time, i) => !(time > (times[i - 1] ?? -Infinity)))) {
        refuse('times of survival do not ascend', 'sort them');
      }
      check('survival', curves, (row: number[]) => row.length === times.length && row.every(share));
    }
  }
}
