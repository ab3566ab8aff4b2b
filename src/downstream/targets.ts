/**
 * What is known of each row of features, and is to be predicted: a class, a number, or the time to an event.
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

export interface TimeTargets {
  readonly kind: 'time';
  /** Time to the event or to the last contact for each row, in whatever unit, at least 0. */
  readonly times: readonly number[];
  /** 1: the event happened at that time; 0: censored, not seen after it. */
  readonly events: readonly number[];
}

export type Targets = ClassTargets | ValueTargets | TimeTargets;

export const TARGET_KINDS = ['classes', 'value', 'time'] as const satisfies readonly Targets['kind'][];

export function rowsOf(targets: Targets): number {
  switch (targets.kind) {
    case 'classes':
      return targets.labels.length;
    case 'value':
      return targets.values.length;
    case 'time':
      return targets.times.length;
  }
}

/** The targets of some rows, in the order given. */
export function pickRows(targets: Targets, rows: readonly number[]): Targets {
  const picked = (values: readonly number[]): number[] => rows.map((row) => values[row] ?? NaN);
  switch (targets.kind) {
    case 'classes':
      return { ...targets, labels: picked(targets.labels) };
    case 'value':
      return { ...targets, values: picked(targets.values) };
    case 'time':
      return { ...targets, times: picked(targets.times), events: picked(targets.events) };
  }
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
  if (targets.kind === 'time') {
    const { times, events } = targets;
    if (events.length !== times.length)
      refuse(`have ${times.length} times and ${events.length} events`, 'give both for each row');
    const time = times.findIndex((value) => !Number.isFinite(value) || value < 0);
    if (time >= 0) refuse(`row ${time} has the time ${times[time]}`, 'give times of at least 0');
    const event = events.findIndex((value) => value !== 0 && value !== 1);
    if (event >= 0)
      refuse(`row ${event} has the event ${events[event]}`, 'write 1 where it happened, 0 where not');
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
  if (targets.kind === 'time') {
    if (targets.events.every((event) => event === 0)) {
      throw new UserError({ subject, problem: 'no row has an event', fix: 'add rows that have one' });
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
