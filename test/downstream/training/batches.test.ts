/**
 * Which rows a step learns from.
 */
import { describe, expect, it } from 'vitest';
import { rowsBalanced, rowsInPasses } from '../../../src/downstream/training/batches/row-order.js';
import { strataOf } from '../../../src/downstream/training/batches/strata.js';
import { batchSize } from '../../../src/downstream/training/batches/model-batches.js';
import { modelPlan } from '../../../src/downstream/training/model/plan.js';
import type { ModelRows } from '../../../src/downstream/training/rows.js';
import { jobOf, twoClouds } from './support.js';

const counted = (values: readonly number[]): number[] => {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()];
};

describe('passes', () => {
  it('take each row once before any comes again, in an order that the step and the key tell', () => {
    const pass = (key: string, first: number) =>
      [0, 1, 2, 3].flatMap((i) => rowsInPasses([key], 20, 5, first + i));
    expect([...pass('a', 0)].sort((x, y) => x - y)).toEqual([...Array(20).keys()]);
    expect(pass('a', 0)).toEqual(pass('a', 0));
    expect(pass('a', 4)).not.toEqual(pass('a', 0));
    expect(pass('b', 0)).not.toEqual(pass('a', 0));
  });
});

describe('balanced batches', () => {
  const strata = [[...Array(30).keys()], [30, 31, 32, 33], [34, 35]];
  const steps = [...Array(20).keys()].map((step) => rowsBalanced(['key'], strata, 12, step));
  const numberOf = (row: number): number => (row < 30 ? 0 : row < 34 ? 1 : 2);

  it('hold as many rows of each stratum, however small it is', () => {
    for (const rows of steps) expect(counted(rows.map(numberOf))).toEqual([4, 4, 4]);
    const uneven = [0, 1, 2].flatMap((step) => rowsBalanced(['key'], strata, 8, step));
    expect(counted(uneven.map(numberOf))).toEqual([8, 8, 8]);
  });

  it('take all rows of a stratum equally often', () => {
    const often = new Map<number, number>();
    for (const row of steps.flat()) often.set(row, (often.get(row) ?? 0) + 1);
    const within = (rows: readonly number[] = []) => rows.map((row) => often.get(row) ?? 0);
    expect(within(strata[2])).toEqual([40, 40]);
    expect(within(strata[1])).toEqual([20, 20, 20, 20]);
    expect(Math.max(...within(strata[0])) - Math.min(...within(strata[0]))).toBeLessThanOrEqual(1);
  });

  it('follow from the key and the step', () => {
    expect(rowsBalanced(['key'], strata, 12, 7)).toEqual(steps[7]);
    expect(rowsBalanced(['other'], strata, 12, 7)).not.toEqual(steps[7]);
  });
});

describe('strata', () => {
  const rows = twoClouds(9, 'strata');
  const of = (task: object, change: Partial<ModelRows> = {}) =>
    strataOf(jobOf(task, rows).task, { ...rows, ...change });
  const time = { kind: 'time', times: [3, 1, 2], events: [0, 1, 0] } as const;

  it('are the classes, those with and without event, or the groups that are known', () => {
    expect(of({})).toBeUndefined();
    expect(of({ training: { balance: 'classes' } })).toEqual([
      [1, 2, 4, 5, 7, 8],
      [0, 3, 6],
    ]);
    expect(of({ training: { balance: 'events' } }, { targets: time })).toEqual([[1], [0, 2]]);
    const groups = ['m', 'f', null, 'm', 'm', 'm', 'm', 'm', 'm'];
    const byGroup = { training: { balance: 'groups' }, fairness: { attribute: 'sex' } };
    expect(of(byGroup, { groups })).toEqual([[1], [0, 3, 4, 5, 6, 7, 8]]);
  });

  it('are refused where rows do not tell them', () => {
    expect(() => of({ training: { balance: 'events' } })).toThrow(/learns from "classes"/);
    expect(() => of({ training: { balance: 'classes' } }, { targets: time })).toThrow(/not from classes/);
    expect(() => of({ training: { balance: 'groups' } })).toThrow(/no attribute says which groups/);
    const byGroup = { training: { balance: 'groups' }, fairness: { attribute: 'sex' } };
    expect(() => of(byGroup)).toThrow(/no training row names its group by sex; give a column s_sex/);
  });
});

describe('rows of a step', () => {
  const rows = twoClouds(100, 'size');
  const columns = { features: 4, covariates: 0 };
  const sizeOf = (task: object, targets: ModelRows['targets'] = rows.targets): number => {
    const job = jobOf(task, { ...rows, targets });
    return batchSize(job.task, modelPlan(job, columns, { targets }), { ...rows, targets });
  };

  it('are 64 on frozen features, and all where the loss compares them', () => {
    expect(sizeOf({})).toBe(64);
    expect(sizeOf({ training: { batch: 80 } })).toBe(80);
    const all = rows.patients.map((_, row) => row);
    const time = { kind: 'time', times: all, events: all.map((row) => row % 2) } as const;
    expect(sizeOf({ head: 'cox' }, time)).toBe(100);
  });
});
