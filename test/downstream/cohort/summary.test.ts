/**
 * What is told of a manifest that was read.
 */
import { expect, it } from 'vitest';
import { summaryOf } from '../../../src/downstream/cohort/summary.js';
import { cohortOf } from './tables.js';

it('counts rows and patients by split, classes, gaps and groups', () => {
  const cohort = cohortOf([
    'patient,label,split,x_age,x_cell,s_sex,site',
    'P1,a,,1,u,m,A',
    'P1,b,,2,u,m,A',
    'P2,a,train,,v,f,',
    'P3,b,train,4,,f,B',
    'P4,a,val,5,u,,B',
    'P4,b,val,5,u,,B',
    'P5,,train,5,u,,B',
  ]);
  expect(summaryOf(cohort)).toEqual({
    rows: 6,
    patients: 4,
    splits: [
      { split: 'train', rows: 4, patients: 3, classes: { a: 2, b: 2 } },
      { split: 'validation', rows: 2, patients: 1, classes: { a: 1, b: 1 } },
    ],
    columns: [
      { column: 'x_age', kind: 'number', missing: 1 },
      { column: 'x_cell', kind: 'category', missing: 1, values: 2 },
      { column: 's_sex', kind: 'group', missing: 2, values: 2 },
      { column: 'site', kind: 'group', missing: 1, values: 2 },
    ],
    withoutTarget: 1,
    remarks: ['1 row without label left out'],
  });
});
