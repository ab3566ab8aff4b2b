/**
 * Label-efficiency curves: nested subsets, all arms on the same patients, paired differences, a picture.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { finetune } from '../../src/api/finetune.js';
import { planCurves, type CurvePoint } from '../../src/api/finetuning/curves/plan.js';
import { labelCurves, type CurveScore, type LabelCurves } from '../../src/api/finetuning/curves/summary.js';
import { dividerOf } from '../../src/api/finetuning/divide.js';
import { present } from '../../src/core/errors.js';
import { rngOf } from '../../src/core/random.js';
import { meanOf } from '../../src/core/statistics/descriptive.js';
import { readCohort } from '../../src/downstream/cohort/read-cohort.js';
import { heads } from '../../src/downstream/heads/index.js';
import { parseTask } from '../../src/downstream/task-file.js';
import { writeCohort, writeEncoder, writeScans } from '../support/outcomes.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();
process.env['VOXOLVE_CACHE'] = join(folder, 'cache');
const at = (...names: string[]): string => join(folder, ...names);
const curvesOf = (output: string): LabelCurves =>
  JSON.parse(readFileSync(join(output, 'curves.json'), 'utf8')) as LabelCurves;

/** 40 patients, of whom so many have an event. */
function writeTimes(events: number): string {
  const rng = rngOf('times of a test', events);
  const rows = Array.from({ length: 40 }, (_, row) =>
    [`p${row}`, (60 + 10 * rng.normal()).toFixed(1), 1 + rng.int(100), row < events ? 1 : 0].join(','),
  );
  const path = at(`times-${events}.csv`);
  writeFileSync(path, `patient,x_age,time,event\n${rows.join('\n')}\n`);
  return path;
}

describe('label-efficiency curves', { timeout: 120_000 }, () => {
  it('compare the pretrained encoder with random weights, the table and the metadata on the same patients', async () => {
    const scans = at('scans');
    const manifest = writeScans(scans, 30);
    const output = at('run');
    const task = { head: 'classes', training: { steps: 40 } };
    const encoder = writeEncoder(at('encoder'));
    const asked = { task, encoder, scans, manifest, output, workers: 1, folds: 2, repeats: 2 };
    await finetune({ ...asked, labels: [8, 'all'] });
    const { metric, scores, means, differences } = curvesOf(output);
    expect(metric).toBe('auroc');
    expect(scores).toHaveLength(4 * 2 * 2 * 2);
    const arms = ['pretrained', 'random', 'table', 'metadata'];
    for (const labels of [8, 'all'] as const) {
      for (const arm of arms) {
        const own = scores.filter((score) => score.arm === arm && score.labels === labels);
        expect(own.map(({ trained }) => trained)).toEqual(labels === 8 ? [8, 8, 8, 8] : [15, 15, 15, 15]);
        const mean = means.find((one) => one.arm === arm && one.labels === labels)?.mean;
        expect(mean).toBeCloseTo(meanOf(own.map(({ value }) => value ?? NaN)), 12);
      }
    }
    for (const { first, second, labels, difference } of differences) {
      const mean = (arm: string) =>
        means.find((one) => one.arm === arm && one.labels === labels)?.mean ?? NaN;
      expect(difference.value).toBeCloseTo(mean(first) - mean(second), 12);
    }
    // Spheres of the ill are larger: the scan tells more than an age that differs by half a deviation.
    const last = differences.find(({ second, labels }) => second === 'table' && labels === 'all');
    expect(last?.difference.value).toBeGreaterThan(0);
    const svg = readFileSync(join(output, 'curves.svg'), 'utf8');
    expect(svg).toContain('pretrained encoder');
    const { width, height, data } = decode(readFileSync(join(output, 'curves.png')));
    expect(width).toBeGreaterThan(800);
    expect(new Set(data).size).toBeGreaterThan(20);
    expect(height).toBeGreaterThan(400);
    expect(readFileSync(join(output, 'report.md'), 'utf8')).toContain('curves.svg');
  });

  it('draw nested subsets, the same for all arms, from patients that are not held out', () => {
    const cohort = readCohort(writeCohort(folder, 'nested.csv', 60), {
      targets: 'classes',
      needsPaths: false,
    });
    const task = parseTask({ head: 'classes' }, 'task');
    const points = planCurves({
      cohort,
      head: present(heads['classes'], 'the head classes'),
      kind: { task, inputs: {}, exact: false },
      divide: dividerOf(cohort, 0),
      labels: [6, 12, 'all'],
      repeats: 2,
      folds: 3,
      inputsOf: (arm) => (arm === 'table' || arm === 'metadata' ? { covariates: arm } : undefined),
    });
    expect(points).toHaveLength(2 * 3 * 3 * 2);
    const rowsOf = ({ spec }: CurvePoint): number[] => [...spec.train, ...spec.heldOut].sort((a, b) => a - b);
    for (const point of points) {
      const { tested, trained, available, repeat, fold, arm, labels } = point;
      const rows = rowsOf(point);
      expect(rows).toHaveLength(trained);
      expect([tested.length, available]).toEqual([20, 40]);
      expect(rows.some((row) => tested.includes(row))).toBe(false);
      const twin = points.find((one) => one.spec.name === point.spec.name.replace(arm, 'table'));
      expect(twin && rowsOf(twin)).toEqual(rows);
      const larger = points.find(
        (one) =>
          one.arm === arm &&
          one.repeat === repeat &&
          one.fold === fold &&
          one.labels === (labels === 6 ? 12 : 'all'),
      );
      for (const row of rows) expect(larger && rowsOf(larger)).toContain(row);
    }
    const drawn = (repeat: number) =>
      points.filter((one) => one.repeat === repeat && one.labels === 6 && one.arm === 'table').map(rowsOf);
    expect(drawn(1)).not.toEqual(drawn(2));
  });

  it('fit the metadata baseline exactly and on all drawn patients, whatever the task asks of its model', () => {
    const cohort = readCohort(writeCohort(folder, 'baseline.csv', 60), {
      targets: 'classes',
      needsPaths: false,
    });
    const task = parseTask(
      {
        head: 'classes',
        hidden: 8,
        training: { balance: 'classes', penalty: 0 },
        fairness: { attribute: 'sex' },
      },
      'task',
    );
    const points = planCurves({
      cohort,
      head: present(heads['classes'], 'the head classes'),
      kind: { task, inputs: {}, exact: false },
      divide: dividerOf(cohort, 0),
      labels: [20],
      repeats: 1,
      folds: 2,
      inputsOf: (arm) => (arm === 'table' || arm === 'metadata' ? { covariates: arm } : undefined),
    });
    for (const { arm, spec, trained } of points) {
      const { head, exact, train, heldOut } = spec;
      if (arm === 'table') {
        expect([head, exact, spec.task]).toEqual([undefined, false, task]);
        expect(heldOut.length).toBeGreaterThan(0);
      } else {
        expect([head, exact, train.length, heldOut.length]).toEqual(['classes', true, trained, 0]);
        expect(spec.task.head).toEqual({ name: 'classes', options: { exact: true } });
        expect([spec.task.training.balance, spec.task.training.penalty]).toEqual(['none', undefined]);
        expect(spec.task).not.toHaveProperty('fairness');
      }
    }
  });

  it('have intervals by the split that folds share, however few labels were drawn from it', () => {
    const differences = [0.1, 0.2, 0.3, 0, 0.15];
    const scores = differences.flatMap((difference, index): CurveScore[] => {
      const shared = { repeat: 1, fold: index + 1, available: 160, tested: 40 } as const;
      return ([10, 'all'] as const).flatMap((labels) => [
        { arm: 'pretrained', labels, trained: labels === 10 ? 10 : 160, value: 0.5 + difference, ...shared },
        { arm: 'table', labels, trained: labels === 10 ? 10 : 160, value: 0.5, ...shared },
      ]);
    });
    const curves = labelCurves({ task: 'hand', metric: 'auroc', repeats: 1, folds: 5 }, scores);
    expect(curves.differences.map(({ labels }) => labels)).toEqual([10, 'all']);
    for (const { difference } of curves.differences) {
      // (1/5 + 40/160) · (0.0025 + 0.0025 + 0.0225 + 0.0225) / 4 = 0.005625 = 0.075², and t of 4 degrees is 2.776445.
      expect(difference.value).toBeCloseTo(0.15, 12);
      expect(difference.details?.['standard_error']).toBeCloseTo(0.075, 12);
      expect(difference.ci95?.[0]).toBeCloseTo(0.15 - 0.20823, 5);
      expect(difference.ci95?.[1]).toBeCloseTo(0.15 + 0.20823, 5);
    }
  });

  it('say where few patients have too few events, and go on', async () => {
    const manifest = writeTimes(12);
    const output = at('times');
    const asked = { task: { head: 'cox' }, encoder: 'none', manifest, output, workers: 1 };
    await finetune({ ...asked, folds: 2, repeats: 2, labels: [8, 'all'] });
    const { scores, means } = curvesOf(output);
    const few = scores.filter(({ labels }) => labels === 8);
    expect(few.every(({ value }) => value === null)).toBe(true);
    expect(few[0]?.refused).toMatch(/^8 rows of training with \d events? do not identify it$/);
    expect(means.map(({ mean }) => mean === null)).toEqual([true, false]);
    const report = readFileSync(join(output, 'report.md'), 'utf8');
    expect(report).toMatch(/With 8 patients, 4 of 4 draws gave no figure: 8 rows of training with/);
  });

  it('are not begun where no fold has events enough, before any scan is read', async () => {
    const manifest = writeTimes(5);
    const output = at('too-few');
    const asked = { task: { head: 'cox' }, encoder: 'none', manifest, output, workers: 1 };
    await expect(finetune({ ...asked, folds: 2 })).rejects.toThrow(
      /with [234] events do not identify it; give rows with 5/,
    );
    expect(existsSync(join(output, 'fits'))).toBe(false);
  });

  it('of a table alone have one arm', async () => {
    const output = at('table');
    const manifest = writeCohort(folder, 'table.csv', 60);
    const asked = { task: { head: 'classes' }, encoder: 'none', manifest, output, workers: 1 };
    await finetune({ ...asked, folds: 2, repeats: 1, labels: [10, 20] });
    expect(new Set(curvesOf(output).scores.map(({ arm }) => arm))).toEqual(new Set(['table']));
  });
});
