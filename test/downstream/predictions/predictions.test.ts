/**
 * Tables of predictions survive the way to a file and back, whatever names they hold; what is none is refused in a line.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors.js';
import { readPredictions } from '../../../src/downstream/predictions/read.js';
import { tablesBySplit, type PredictionTable } from '../../../src/downstream/predictions/table.js';
import { predictionsCsv } from '../../../src/downstream/predictions/write.js';
import { temporaryFolder } from '../../support/tiny.js';

const folder = temporaryFolder();

function read(text: string): PredictionTable {
  const path = join(folder, 'table.csv');
  writeFileSync(path, text);
  return readPredictions(path);
}

function complaint(text: string): string {
  try {
    read(text);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(UserError);
    const { message } = thrown as UserError;
    expect(message).not.toContain('\n');
    return message;
  }
  throw new Error('was not refused');
}

const hostile = ['a,b', '"quoted"', 'two\nlines', ' spaces at the ends ', '=1+1', 'ünïcode'];

describe('a table of predictions', () => {
  it('is the same after it was written and read, whatever its names hold', () => {
    const table: PredictionTable = {
      rows: hostile.map((name, i) => ({
        patient: name,
        path: `${name}.nii`,
        split: i % 2 === 0 ? 'train' : 'test',
        fold: i % 2 === 0 ? i : null,
      })),
      outcome: {
        kind: 'classes',
        names: ['no, never', 'yes "sure"'],
        labels: [0, 1, 0, 1, 0, 1],
        probabilities: hostile.map((_, i) => [Math.fround(i / 7), Math.fround(1 - i / 7)]),
      },
      raw: hostile.map(() => [0.25, 0.75]),
      uncertainty: hostile.map((_, i) => i / 8),
      groups: { sex: ['m', null, 'f', 'm,f', 'm', 'f'], site: [...hostile] },
    };
    const text = predictionsCsv(table);
    const again = read(text);
    expect(again.rows).toEqual(table.rows);
    expect(again.groups).toEqual(table.groups);
    expect(again.raw).toEqual(table.raw);
    expect(again.outcome).toMatchObject({ names: ['no, never', 'yes "sure"'], labels: [0, 1, 0, 1, 0, 1] });
    expect(predictionsCsv(again)).toBe(text);
    if (again.outcome.kind !== 'classes' || table.outcome.kind !== 'classes') throw new Error('other kind');
    const float32 = (lists: readonly (readonly number[])[]) => lists.map((list) => list.map(Math.fround));
    expect(float32(again.outcome.probabilities)).toEqual(float32(table.outcome.probabilities));
  });

  it('keeps times as they are given, and survival in the order of its times', () => {
    const table: PredictionTable = {
      rows: [
        { patient: 'a', path: '', split: 'validation', fold: null },
        { patient: 'b', path: '', split: 'test', fold: null },
      ],
      outcome: {
        kind: 'time',
        times: [0.1, 99.333336],
        events: [1, 0],
        risk: [-1.5, 2],
        survival: {
          times: [0.5, 10, 100.25],
          curves: [
            [1, 0.5, 0.25],
            [0.75, 0.5, 0],
          ],
        },
      },
      groups: {},
    };
    expect(read(predictionsCsv(table))).toEqual(table);
    const shuffled = 'surv_100,time,surv_20,event,risk\n0.1,3,0.6,1,2\n';
    expect(read(shuffled).outcome).toMatchObject({ survival: { times: [20, 100], curves: [[0.6, 0.1]] } });
  });

  it('made elsewhere needs no more than targets and predictions: each row is then a patient', () => {
    const value = read('value,prediction\n1,1.5\n2,1.75\n');
    expect(value.rows.map(({ patient, split, fold }) => [patient, split, fold])).toEqual([
      ['row 1', 'predictions', null],
      ['row 2', 'predictions', null],
    ]);
    expect(value.outcome).toEqual({ kind: 'value', values: [1, 2], predictions: [1.5, 1.75] });
    const binary = read('label,p_yes,s_sex\nyes,0.75,f\nno,0.25,\n');
    expect(binary.outcome).toEqual({
      kind: 'classes',
      names: ['no', 'yes'],
      labels: [1, 0],
      probabilities: [
        [0.25, 0.75],
        [0.75, 0.25],
      ],
    });
    expect(binary.groups).toEqual({ sex: ['f', null] });
  });

  it('falls into its splits, each with its own rows', () => {
    const text = 'patient,split,fold,value,prediction,site\na,train,1,1,2,x\nb,test,,3,4,y\nc,train,2,5,6,\n';
    const splits = tablesBySplit(read(text));
    expect([...splits.keys()]).toEqual(['train', 'test']);
    expect(splits.get('train')).toEqual({
      table: {
        patients: ['a', 'c'],
        folds: [1, 2],
        outcome: { kind: 'value', values: [1, 5], predictions: [2, 6] },
      },
      groups: { site: ['x', null] },
    });
  });

  it.each([
    ['', 'holds no rows'],
    ['patient,age\na,3\n', 'has the columns patient, age'],
    ['label,p_a,p_b\na,0.5,0.5\nc,0.5,0.5\n', 'line 3: label "c" has no column p_c'],
    ['label,p_a,p_b\na,0.5,0.9\n', 'line 2: probabilities p_… add up to 1.400'],
    ['label,p_a,p_b\na,1.5,-0.5\n', 'line 2: p_a is "1.5"'],
    ['label,p_a\na,1\nb,0\nc,0\n', 'has probabilities of "a" alone'],
    ['value,prediction\n1,\n', 'line 2: prediction is ""'],
    ['value,prediction\n1,NaN\n', 'line 2: prediction is "NaN"'],
    ['time,event,risk\n-1,1,2\n', 'line 2: time is "-1"'],
    ['time,event,risk\n1,0.5,2\n', 'line 2: event is 0.5'],
    ['time,event,risk,surv_soon\n1,1,2,0.5\n', 'column surv_soon names no time'],
    ['split,value,prediction\nholdout,1,2\n', 'line 2: split is "holdout"'],
  ])('is refused in a line where it is none: %j', (text, expected) => {
    expect(complaint(text)).toContain(expected);
  });
});
