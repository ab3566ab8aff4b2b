/**
 * Covariates become columns as training rows say: their scale, their reference, their gaps.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../../../src/core/package-files.js';
import { readCohort } from '../../../src/downstream/cohort/read-cohort.js';
import { needsPython, python, runPython } from '../../support/python.js';
import { manifestOf } from './tables.js';
import { applyCovariates, encodeCovariates } from '../../../src/downstream/cohort/encode.js';
import { covariatesInPython, droppedRemarks } from '../../../src/downstream/cohort/plan-told.js';
import { solveCox } from '../../../src/downstream/heads/time/cox-newton.js';
import { readTable } from '../../../src/scans/folder/table.js';
import type { Targets, TimeTargets } from '../../../src/downstream/targets.js';
import type { Covariate } from '../../../src/downstream/cohort/cohort.js';

const outcomes = join(import.meta.dirname, '../../../../shared/data/outcomes');
const veteran = join(outcomes, 'survival/r_veteran.csv');
const reference = join(outcomes, 'reference/cox.json');

interface Reference {
  readonly veteran: {
    readonly columns: readonly string[];
    readonly efron: { readonly coef: readonly number[]; readonly loglik: number };
  };
}

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
  it('count as the nearest value of the training rows where they are bounded, and as they are where not', () => {
    const { covariates, ...rest } = cohort(
      number('x_width', [30, 31, 30, 512, -7, null]),
      category('x_file', ['nii', 'dcm', 'nii', 'mp4', 'dcm', 'nii']),
    );
    const read = (bounded: boolean) => {
      const plan = encodeCovariates({ covariates, ...rest }, [0, 1, 2], { bounded });
      expect(plan.columns.map(({ name }) => name)).toEqual(['x_width', 'x_file=dcm']);
      return [...applyCovariates(plan, covariates, all(6)).data].map((one) => Math.round(100 * one) / 100);
    };
    expect(read(true)).toEqual([30, 0, 31, 1, 30, 0, 31, 0, 30, 1, 30.33, 0]);
    expect(read(false)).toEqual([30, 0, 31, 1, 30, 0, 512, 0, -7, 1, 30.33, 0]);
  });

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
    expect(droppedRemarks(plan)).toEqual([
      'not learned from, since they mark rows of which none had the event, or all: x_a missing, x_b=w',
    ]);
    const loose = encodeCovariates({ manifest: 'm.csv', covariates, targets: times }, all(6));
    expect(loose.columns.map(({ name }) => name)).toEqual(['x_a', 'x_a missing', 'x_b=v', 'x_b=w']);
  });

  it('tell one indicator of two columns that lack the same rows, where coefficients must be unique', () => {
    const gaps = cohort(number('x_a', [1, null, 3, 4, null]), number('x_b', [2, null, 5, 1, null]));
    const { columns } = encodeCovariates(gaps, all(5), { identified: true });
    expect(columns.map(({ name }) => name)).toEqual(['x_a', 'x_a missing', 'x_b']);
  });

  it.skipIf(!existsSync(veteran))(
    'have the coefficients of R, apart from the reference (needs ../shared/data/outcomes)',
    () => {
      const rows = readTable(veteran);
      const cells = (name: string): string[] => rows.map((row) => row[name] ?? '');
      const times: TimeTargets = {
        kind: 'time',
        times: cells('time').map(Number),
        events: cells('status').map(Number),
      };
      const covariates = [
        number('x_trt', cells('trt').map(Number)),
        category('x_cell', cells('celltype')),
        ...['karno', 'diagtime', 'age', 'prior'].map((name) => number(`x_${name}`, cells(name).map(Number))),
      ];
      const plan = encodeCovariates({ manifest: 'm.csv', covariates, targets: times }, all(137), {
        identified: true,
      });
      const features = applyCovariates(plan, covariates, all(137));
      const { weights, logLikelihood } = solveCox(features, times, 'efron', 0);
      const [found] = Object.values(weights);
      const own = (name: string): number =>
        found?.data[plan.columns.findIndex((one) => one.name === name)] ?? 0;
      const { columns, efron } = (JSON.parse(readFileSync(reference, 'utf8')) as Reference).veteran;
      const theirs = (name: string): number => efron.coef[columns.indexOf(name)] ?? 0;
      // R compares with squamous, voxolve with smallcell, the most frequent.
      for (const cell of ['squamous', 'adeno', 'large'])
        expect(own(`x_cell=${cell}`)).toBeCloseTo(theirs(`cell_${cell}`) - theirs('cell_smallcell'), 4);
      expect(own('x_trt')).toBeCloseTo(theirs('treatment_test'), 4);
      expect(own('x_karno')).toBeCloseTo(theirs('karnofsky'), 4);
      expect(logLikelihood).toBeCloseTo(efron.loglik, 3);
    },
  );

  it('make plans of plain data', () => {
    const plan = encodeCovariates(cohort(number('x', [1, null]), category('y', ['a', 'b'])), all(2));
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });
});

describe.skipIf(python === undefined)(`the Python of covariates ${needsPython}`, () => {
  it('makes the same columns of a manifest', () => {
    const path = manifestOf([
      'patient,label,x_age,x_cell,x_bmi',
      'P1,a,61.5,large,20',
      'P2,b,,adeno,NA',
      'P3,a,40,large,1e1',
      'P4,b,50,nan,30',
      'P5,b,1e2,"small, cells",',
      'P6,a,7,new,3',
    ]);
    const { covariates, manifest } = readCohort(path, { targets: 'classes', needsPaths: false });
    const plan = encodeCovariates({ covariates, manifest, targets }, all(5));
    const folder = dirname(fileURLToPath(packageFile('python/covariates.py')));
    const script = `
import csv, json, sys
sys.path.insert(0, sys.argv[1])
from covariates import Covariates
plan = Covariates(**json.loads(sys.argv[3]))
with open(sys.argv[2], newline="") as table:
    columns = plan(list(csv.DictReader(table)))
print(json.dumps([plan.names, list(columns.shape), columns.flatten().tolist()]))
`;
    const settings = JSON.stringify(covariatesInPython(plan).settings);
    const told = JSON.parse(runPython(script, [folder, path, settings])) as unknown;
    const { shape, data } = applyCovariates(plan, covariates, all(6));
    expect(told).toEqual([plan.columns.map(({ name }) => name), shape, [...data]]);
  });
});
