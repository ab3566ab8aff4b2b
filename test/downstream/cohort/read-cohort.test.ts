/**
 * A manifest is read as a cohort, or refused by one line.
 */
import { describe, expect, it } from 'vitest';
import { cohortOf, refusalOf } from './tables.js';

const TIMES = { targets: 'time' } as const;
const VALUES = { targets: 'value' } as const;
const SCANS = { needsPaths: true } as const;

describe('readCohort', () => {
  it('reads paths, patients, splits, classes, covariates and groups', () => {
    const cohort = cohortOf(
      [
        'path,patient,label,x_age,x_cell,s_sex,site,split,note',
        'a.nii,P1,yes,61,adeno,m,A,train,',
        'b.nii,P1,no,62.5,large,m,A,Training,',
        'c.nii,P2,no,,large,,B,train,x',
        'd.nii,P3,yes,4e1,,f,B,,',
        'e.nii,P4,no,70,adeno,f,B,TEST,',
        'f.nii,P4,yes,71,adeno,f,B,testing,',
      ],
      SCANS,
    );
    expect(cohort.rows.map(({ path, patient, split, line }) => [path, patient, split, line])).toEqual([
      ['a.nii', 'P1', 'train', 2],
      ['b.nii', 'P1', 'train', 3],
      ['c.nii', 'P2', 'train', 4],
      ['d.nii', 'P3', null, 5],
      ['e.nii', 'P4', 'test', 6],
      ['f.nii', 'P4', 'test', 7],
    ]);
    expect(cohort.targets).toEqual({ kind: 'classes', names: ['no', 'yes'], labels: [1, 0, 0, 1, 0, 1] });
    expect(cohort.covariates).toEqual([
      { column: 'x_age', kind: 'number', values: [61, 62.5, null, 40, 70, 71] },
      { column: 'x_cell', kind: 'category', values: ['adeno', 'large', 'large', null, 'adeno', 'adeno'] },
    ]);
    expect(cohort.groups).toEqual({
      sex: ['m', 'm', null, 'f', 'f', 'f'],
      site: ['A', 'A', 'B', 'B', 'B', 'B'],
    });
  });

  it('orders classes by number where all are numbers', () => {
    const cohort = cohortOf(['label', '10', '9', '10', '9', '1', '1']);
    expect(cohort.targets).toMatchObject({ names: ['1', '9', '10'], labels: [2, 1, 2, 1, 0, 0] });
  });

  it('takes each row for a patient of its own where no column says whose it is and no scan is read', () => {
    const cohort = cohortOf(['value,x_a', '1,3', '2,4'], VALUES);
    expect(cohort.rows.map(({ path, patient }) => [path, patient])).toEqual([
      ['', 'row 1'],
      ['', 'row 2'],
    ]);
  });

  it('leaves out rows that say nothing of the target, and tells how many', () => {
    const cohort = cohortOf(['time,event,x_a', '3,1,1', ',,2', '4,1,4', 'NA,NaN,5', '5,0,3'], TIMES);
    expect(cohort.rows.map(({ line }) => line)).toEqual([2, 4, 6]);
    expect(cohort.covariates[0]?.values).toEqual([1, 4, 3]);
    expect(cohort.remarks).toEqual(['2 rows without time and event left out']);
  });

  it('reads the targets that the head learns, and tells which others it does not read', () => {
    const lines = ['label,time,event', 'a,1,1', 'b,2,1', 'a,3,0', 'b,4,0'];
    expect(cohortOf(lines, TIMES).targets).toEqual({
      kind: 'time',
      times: [1, 2, 3, 4],
      events: [1, 1, 0, 0],
    });
    expect(cohortOf(lines).remarks).toEqual([
      'the head learns label; time, event of the manifest are not read',
    ]);
  });

  it('reads only the covariates that a task names', () => {
    const lines = ['label,x_a,x_b', 'a,1,7', 'b,2,7', 'a,3,7', 'b,4,7'];
    expect(cohortOf(lines, { covariates: ['a'] }).covariates.map(({ column }) => column)).toEqual(['x_a']);
    expect(refusalOf(lines, { covariates: ['c'] })).toBe(
      'm.csv: has no column x_c for the covariate c; add it, or choose among a, b',
    );
  });

  it('counts lines as an editor does, whatever cells hold', () => {
    expect(refusalOf(['', 'value,note', '1,"two', 'lines"', '', 'x,'], VALUES)).toBe(
      'm.csv line 6: value is "x"; write a number such as 1.5',
    );
  });
});

describe('for a fitted model', () => {
  const fitted = {
    classes: ['no', 'yes'],
    covariates: [
      { column: 'x_age', kind: 'number' },
      { column: 'x_stage', kind: 'category' },
    ],
  } as const;

  it('answers for rows that nothing could be learned from', () => {
    const cohort = cohortOf(['label,x_age,x_stage,x_other', 'yes,50,2,1'], { fitted });
    expect(cohort.targets).toEqual({ kind: 'classes', names: ['no', 'yes'], labels: [1] });
    expect(cohort.covariates).toEqual([
      { column: 'x_age', kind: 'number', values: [50] },
      { column: 'x_stage', kind: 'category', values: ['2'] },
    ]);
  });

  it.each([
    [
      ['label,x_age', 'yes,50'],
      'm.csv: has no column x_stage for the covariate stage; add it, or choose among age',
    ],
    [
      ['label,x_age,x_stage', 'maybe,50,2'],
      'm.csv line 2: the model knows no class "maybe", only no, yes; correct the label',
    ],
    [
      ['label,x_age,x_stage', 'yes,old,2'],
      'm.csv line 2: x_age is "old", but a number in the rows that are learned from; write a number, or leave it empty',
    ],
  ])('refuses %j', (lines, refusal) => {
    expect(refusalOf(lines, { fitted })).toBe(refusal);
  });
});

/** Twelve rows `label,x_a` with the given rows appended. */
const many = (column: string, cells: readonly string[]): string[] => [
  `label,${column}`,
  ...cells.map((cell, i) => `${i % 2 === 0 ? 'a' : 'b'},${cell}`),
];
const upTo = (count: number, cell: (i: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => cell(i));

describe('refuses', () => {
  it.each([
    // Rows.
    [
      'a negative time',
      TIMES,
      ['time,event', '3,1', '-1,0'],
      'line 3: time is -1; write a time of at least 0',
    ],
    [
      'a time that is no number',
      TIMES,
      ['time,event', '3 days,1'],
      'line 2: time is "3 days"; write a number such as 365',
    ],
    [
      'a time without its event',
      TIMES,
      ['time,event', '3,', '3,1'],
      'line 2: event is ""; write 1 where it happened, 0 where it was not seen',
    ],
    [
      'an event without its time',
      TIMES,
      ['time,event', ',1', '3,1'],
      'line 2: time is ""; write a number such as 365',
    ],
    [
      'an event that is neither 0 nor 1',
      TIMES,
      ['time,event', '3,2'],
      'line 2: event is "2"; write 1 where it happened, 0 where it was not seen',
    ],
    [
      'an infinite time',
      TIMES,
      ['time,event', 'Infinity,1'],
      'line 2: time is "Infinity"; write a number such as 365',
    ],
    [
      'a value that is no number',
      VALUES,
      ['value', '1,5', '"1,5"'].slice(0, 1).concat('"1,5"'),
      'line 2: value is "1,5"; write a number such as 1.5',
    ],
    [
      'a value beyond single precision',
      VALUES,
      ['value', '1e39'],
      'line 2: value is "1e39"; write a number such as 1.5',
    ],
    [
      'an empty path where scans are read',
      SCANS,
      ['path,patient,label', ',P,a'],
      'line 2: path is empty; fill it in',
    ],
    ['an empty patient', {}, ['patient,label', ',a'], 'line 2: patient is empty; fill it in'],
    [
      'a split of another name',
      {},
      ['label,split', 'a,dev'],
      'line 2: split is dev; write train, validation, test or nothing',
    ],
    [
      'a path twice',
      {},
      ['path,label', 'd/a.nii,a', './d//a.nii,b'],
      'line 3: names ./d//a.nii again, as line 2 does; remove one of the rows',
    ],
    [
      'a patient on both sides',
      {},
      ['patient,label,split', 'P1,a,train', 'P2,b,test', 'P1,b,test'],
      'line 4: patient P1 is in split test, but in split train at line 2; give all rows of a patient the same split',
    ],
    [
      'a patient with and without a split',
      {},
      ['patient,label,split', 'P1,a,', 'P1,b,test'],
      'line 3: patient P1 is in split test, but in no split at line 2; give all rows of a patient the same split',
    ],
    // Columns.
    [
      'a table of the wrong kind of head',
      TIMES,
      ['label,time', 'a,1'],
      ': has no column event, which a head that learns times to an event needs; found label; add it, or use a head for what is there',
    ],
    [
      'a table without targets',
      VALUES,
      ['path,patient', 'a,b'],
      ': has no column value, which a head that learns numbers needs; found path, patient; add it',
    ],
    ['an empty target', VALUES, ['path,value', 'a,'], ': the column value is empty in all rows; fill it in'],
    [
      'no rows',
      VALUES,
      ['value'],
      ': has no rows; name the columns in its first line and write a scan a line',
    ],
    [
      'no path where scans are read',
      SCANS,
      ['label', 'a'],
      ': has no column path and no column patient; found label; add it',
    ],
    ['a column twice', VALUES, ['value,x_a,x_a', '1,2,3'], ': has the column x_a twice; remove one of them'],
    [
      'site twice',
      VALUES,
      ['value,site,s_site', '1,2,3'],
      ': has the columns site and s_site; remove one of them',
    ],
    [
      'a covariate without a name',
      VALUES,
      ['value,x_', '1,2', '2,1'],
      ': covariate has no name; give it one',
    ],
    [
      'a control character in a name',
      VALUES,
      ['value,x_a\u001b[2J', '1,2', '2,1'],
      ': covariate "a\\x1b[2J" is no usable name; use letters, digits and spaces',
    ],
    [
      'an attribute that objects trip over',
      VALUES,
      ['value,s___proto__', '1,2', '2,1'],
      ': attribute "__proto__" is no usable name; use letters, digits and spaces',
    ],
    [
      'a class that objects trip over',
      {},
      ['label', 'a', '__proto__'],
      'line 3: class "__proto__" is no usable name; use letters, digits and spaces',
    ],
    [
      'a long name',
      VALUES,
      [`value,x_${'a'.repeat(101)}`, '1,2', '2,1'],
      ': covariate "aaaaaaaaaaaaaaaaaaaa…" has 101 characters; use 100 at most',
    ],
    // Covariates.
    [
      'a constant covariate',
      {},
      many(
        'x_a',
        upTo(4, () => '5'),
      ),
      ': x_a is 5 in all rows to learn from; remove the column',
    ],
    [
      'an empty covariate',
      {},
      many(
        'x_a',
        upTo(4, () => ''),
      ),
      ': x_a is empty in all rows to learn from; remove the column',
    ],
    [
      'a covariate that only the test varies',
      {},
      ['label,x_a,split', 'a,1,', 'b,1,', 'a,1,', 'b,1,', 'a,2,test', 'b,1,test'],
      ': x_a is 1 in all rows to learn from; remove the column',
    ],
    [
      'a text among many numbers',
      {},
      many('x_a', [...upTo(12, (i) => `${i}`), '>=90']),
      'line 14: x_a is ">=90", but a number in most rows; write a number, or leave it empty',
    ],
    [
      'too many categories',
      {},
      many(
        'x_a',
        upTo(51, (i) => `c${i}`),
      ),
      ': x_a has 51 categories, and 50 are the most; write numbers, merge categories, or remove the column',
    ],
    [
      'too many groups',
      {},
      many(
        's_age',
        upTo(51, (i) => `${i}`),
      ),
      ': s_age has 51 groups, and 50 are the most; write groups such as 40-59 instead of numbers',
    ],
    [
      'a category that only the test has',
      {},
      ['label,x_a,split', 'a,u,', 'b,v,', 'a,u,', 'b,v,', 'a,w,test', 'b,u,test'],
      'line 6: x_a is "w", which no row to learn from has; merge it with another category, or leave it empty',
    ],
    [
      'a text of the test where the others are numbers',
      {},
      ['label,x_a,split', 'a,1,', 'b,2,', 'a,3,', 'b,4,', 'a,w,test', 'b,5,test'],
      'line 6: x_a is "w", but a number in the rows that are learned from; write a number, or leave it empty',
    ],
    // The whole.
    [
      'one class',
      {},
      ['label', 'a', 'a'],
      ': all labels are "a"; add rows of another class, for there must be two',
    ],
    [
      'a class of one patient',
      {},
      ['patient,label', 'P,a', 'P,a', 'Q,b', 'R,b'],
      ': only one patient to learn from has class "a", and folds need two; merge it with another class, or leave it out; numbers belong in a column value',
    ],
    [
      'a class that only the test has',
      {},
      ['label,split', 'a,', 'b,', 'a,', 'b,', 'c,test', 'a,test', 'b,test'],
      ': only the split test has class "c"; move some of its patients to another split, or leave the class out',
    ],
    [
      'a class that the test lacks',
      {},
      ['label,split', 'a,', 'a,', 'b,', 'b,', 'c,', 'c,', 'b,test', 'a,test'],
      ': only the split train has class "c"; move some of its patients to another split, or leave the class out',
    ],
    [
      'a class that training lacks',
      {},
      ['label,split', 'a,', 'b,', 'c,val', 'a,val', 'c,test', 'a,test', 'b,test'],
      ': no row to learn from has class "c"; add some, or leave the class out',
    ],
    ['equal values', VALUES, ['value', '5', '5.0'], ': value is 5 in all rows to learn from; add others'],
    [
      'equal times',
      TIMES,
      ['time,event', '5,1', '5,0'],
      ': time is 5 in all rows to learn from; add rows that differ',
    ],
    [
      'no event',
      TIMES,
      ['time,event', '5,0', '6,0'],
      ': no row to learn from has an event; add rows that have one',
    ],
    [
      'one event',
      TIMES,
      ['time,event', '5,1', '6,0'],
      ': only one patient to learn from has an event, and folds need two; add rows that have one',
    ],
    [
      'nothing to learn from',
      {},
      ['label,split', 'a,test', 'b,test'],
      ': has no row to learn from: all have another split; write train for some of them',
    ],
  ])('%s', (_, needs, lines, refusal) => {
    expect(refusalOf(lines, needs)).toBe(`m.csv${refusal.startsWith(':') ? '' : ' '}${refusal}`);
  });
});
