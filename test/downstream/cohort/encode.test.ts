/**
 * Covariates become columns as training rows say: their scale, their reference, their gaps.
 */
import { describe, expect, it } from 'vitest';
import { applyCovariates, encodeCovariates } from '../../../src/downstream/cohort/encode.js';
import type { Targets } from '../../../src/downstream/targets.js';
import type { Covariate } from '../../../src/downstream/cohort/cohort.js';

const number = (column: string, values: readonly (number | null)[]): Covariate => ({
  column,
  kind: 'number',
  values,
});
const category = (column: string, values: readonly (string | null)[]): Covariate => ({
  column,
  kind: 'category',
  values,
});
const targets: Targets = { kind: 'value', values: [] };
const cohort = (...covariates: Covariate[]) => ({ manifest: 'm.csv', covariates, targets });
const all = (count: number): number[] => [...Array(count).keys()];

describe('covariates', () => {
  it('keep their scale; categories are told against the most frequent one, gaps by an indicator', () => {
    const { covariates, ...rest } = cohort(
      number('x_age', [60, null, 40, 50, 99]),
      category('x_cell', ['large', 'adeno', 'large', null, 'large']),
    );
    const plan = encodeCovariates({ covariates, ...rest }, [0, 1, 2, 3]);
    expect(plan.columns.map(({ name }) => name)).toEqual([
      'x_age',
      'x_age missing',
      'x_cell=adeno',
      'x_cell missing',
    ]);
    const { shape, data } = applyCovariates(plan, covariates, all(5));
    expect(shape).toEqual([5, 4]);
    expect([...data]).toEqual([60, 0, 0, 0, 50, 1, 1, 0, 40, 0, 0, 0, 50, 0, 0, 1, 99, 0, 0, 0]);
  });

  it('take ties of frequency by name, whatever the order of rows', () => {
    const values = ['b', 'a', 'c', 'c', 'a', 'b'];
    for (const order of [values, [...values].reverse()])
      expect(encodeCovariates(cohort(category('x', order)), all(6)).columns.map(({ name }) => name)).toEqual([
        'x=b',
        'x=c',
      ]);
  });

  it('fill gaps that training rows do not have by their mean, and know no category of others', () => {
    const { covariates, ...rest } = cohort(
      number('x_age', [1, 2, null]),
      category('x_a', ['u', 'v', 'w']),
      category('x_b', ['u', null, 'w']),
    );
    const plan = encodeCovariates({ covariates, ...rest }, [0, 1]);
    expect(plan.columns.map(({ name }) => name)).toEqual(['x_age', 'x_a=v', 'x_b missing']);
    expect([...applyCovariates(plan, covariates, [2]).data]).toEqual([1.5, 0, 1]);
  });

  it('drop what is constant among training rows, and say so', () => {
    const plan = encodeCovariates(cohort(number('x_a', [1, 1, 2]), number('x_b', [1, 2, 3])), [0, 1]);
    expect(plan.columns.map(({ name }) => name)).toEqual(['x_b']);
    expect(plan.dropped).toContainEqual({ name: 'x_a', because: 'constant' });
    expect(() => encodeCovariates(cohort(number('x_a', [1, 1, 2])), [0, 1])).toThrow(
      'm.csv: no covariate differs among the 2 rows of a training; take fewer folds, or add rows',
    );
  });

  it('drop sums of others where coefficients must be unique, the later ones', () => {
    const a = [3, 1, 4, 1, 5, 9, 2, 6];
    const b = [2, 7, 1, 8, 2, 8, 1, 8];
    const both = cohort(
      number('x_a', a),
      number('x_b', b),
      number(
        'x_sum',
        a.map((value, i) => 1e-3 * value - 2e5 * (b[i] ?? 0) + 1e6),
      ),
      number(
        'x_near',
        a.map((value, i) => value + (i === 0 ? 1e-3 : 0)),
      ),
    );
    const names = (identified: boolean): string[] =>
      encodeCovariates(both, all(8), { identified }).columns.map(({ name }) => name);
    expect(names(true)).toEqual(['x_a', 'x_b', 'x_near']);
    expect(names(false)).toEqual(['x_a', 'x_b', 'x_sum', 'x_near']);
    expect(encodeCovariates(both, all(8), { identified: true }).dropped).toContainEqual({
      name: 'x_sum',
      because: 'follows from others',
    });
  });

  it('drop indicators that tell events without fail, where coefficients must be finite', () => {
    const times: Targets = { kind: 'time', times: [1, 2, 3, 4, 5, 6], events: [1, 0, 1, 1, 0, 0] };
    const covariates = [
      number('x_a', [1, null, 3, 4, 5, 6]),
      category('x_b', ['u', 'v', 'u', 'v', 'u', 'w']),
    ];
    const plan = encodeCovariates({ manifest: 'm.csv', covariates, targets: times }, all(6), {
      identified: true,
    });
    expect(plan.columns.map(({ name }) => name)).toEqual(['x_a', 'x_b=v']);
    expect(plan.dropped).toEqual([
      { name: 'x_a missing', because: 'no event' },
      { name: 'x_b=w', because: 'no event' },
      { name: 'x_b missing', because: 'constant' },
    ]);
    const loose = encodeCovariates({ manifest: 'm.csv', covariates, targets: times }, all(6));
    expect(loose.columns.map(({ name }) => name)).toEqual(['x_a', 'x_a missing', 'x_b=v', 'x_b=w']);
  });

  it('tell one indicator of two columns that lack the same rows, where coefficients must be unique', () => {
    const gaps = cohort(number('x_a', [1, null, 3, 4, null]), number('x_b', [2, null, 5, 1, null]));
    const { columns } = encodeCovariates(gaps, all(5), { identified: true });
    expect(columns.map(({ name }) => name)).toEqual(['x_a', 'x_a missing', 'x_b']);
  });

  it('make plans of plain data', () => {
    const plan = encodeCovariates(cohort(number('x', [1, null]), category('y', ['a', 'b'])), all(2));
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });
});
