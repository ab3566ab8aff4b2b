/**
 * Decisions of exported code by thresholds per group, held to those that voxolve takes by them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { finetune } from '../../src/api/finetune.js';
import type { Report } from '../../src/api/reporting/report.js';
import { present } from '../../src/core/errors.js';
import { isPositive } from '../../src/downstream/fairness/thresholds.js';
import { writeCohort } from '../support/outcomes.js';
import { csvRows, type CsvRow } from '../support/predicted.js';
import { forkedOutputs, needsPython, python, runPython, type Printed } from '../support/python.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();
const at = (...names: string[]): string => join(folder, ...names);

describe.skipIf(python === undefined)(
  `exported code that decides by thresholds per group ${needsPython}`,
  { timeout: 120_000 },
  () => {
    const run = at('run');
    const code = join(run, 'model', 'predict.py');
    let manifest = '';
    let report: Report;
    let rows: readonly CsvRow[] = [];
    let printed: readonly Printed[] = [];

    beforeAll(async () => {
      manifest = writeCohort(folder, 'cohort.csv', 90, (row) => (row < 60 ? '' : 'test'));
      const asked = { encoder: 'none', manifest, folds: 2, workers: 1 } as const;
      const fairness = { attribute: 'sex', criterion: 'demographic-parity', method: 'thresholds' };
      const task = { head: 'classes', training: { steps: 30 } };
      await finetune({ ...asked, task: { ...task, fairness }, output: run });
      await finetune({ ...asked, task, output: at('plain') });
      report = JSON.parse(readFileSync(join(run, 'report.json'), 'utf8')) as Report;
      const output = ['--output', at('told.csv'), '--device', 'cpu'];
      printed = forkedOutputs([
        [code, manifest, '--groups-column', 's_sex', ...output],
        [code, manifest, '--output', at('undecided.csv'), '--device', 'cpu'],
        [code, manifest, '--groups-column', 's_site', '--output', at('none.csv')],
        [code, manifest, '--groups-column', 's_sex', '--weights', at('other.pt')],
        [join(at('plain'), 'model', 'predict.py'), manifest, '--groups-column', 's_sex'],
      ]);
      rows = csvRows(at('told.csv'));
    }, 120_000);

    it('decides as voxolve does, with the effect that the report tells of the test rows', () => {
      expect(printed[0]?.code, printed[0]?.printed).toBe(0);
      const thresholds = present(report.thresholds?.thresholds, 'thresholds');
      expect(new Set(Object.values(thresholds)).size).toBeGreaterThan(1);
      const asked = csvRows(manifest);
      const own = new Map(csvRows(join(run, 'predictions.csv')).map((row) => [row['patient'], row]));
      const [negative = '', positive = ''] = Object.keys(rows[0] ?? {}).flatMap((name) =>
        name.startsWith('p_') ? [name.slice(2)] : [],
      );
      const shares = { hits: 0, positives: 0, rejections: 0, negatives: 0 };
      let moved = 0;
      asked.forEach(({ patient, label, s_sex: group = '', split }, i) => {
        if (split !== 'test') return;
        const score = Number(own.get(patient)?.[`p_${positive}`]);
        const decided = isPositive(score, group, { thresholds });
        expect(rows[i]).toMatchObject({
          patient,
          threshold: String(thresholds[group]),
          decision: decided ? positive : negative,
        });
        if (decided !== score >= 0.5) moved++;
        if (label === positive) {
          shares.positives++;
          if (decided) shares.hits++;
        } else {
          shares.negatives++;
          if (!decided) shares.rejections++;
        }
      });
      expect(moved).toBeGreaterThan(0);
      const balanced = (shares.hits / shares.positives + shares.rejections / shares.negatives) / 2;
      expect(report.thresholds?.measured_on).toBe('test');
      expect(report.thresholds?.after?.['balanced_accuracy']?.value).toBeCloseTo(balanced, 12);
    });

    it('says what it does, and leaves probabilities as they are', () => {
      expect(printed[0]?.printed).toMatch(
        /^decided for \w+ by the group in s_sex \(f from 0\.\d+, m from 0\.\d+\): 90 rows; by the common threshold 0\.5: 0$/m,
      );
      const without = csvRows(at('undecided.csv'));
      expect(without).toEqual(rows.map(({ threshold: _, decision: __, ...row }) => row));
    });

    it('refuses in a line what it has no thresholds for', () => {
      const said = printed.slice(2).map(({ code: status, printed: text }) => {
        expect(status).not.toBe(0);
        return text;
      });
      expect(said[0] ?? '').toMatch(/the manifest has no column s_site/);
      expect(said[1] ?? '').toMatch(/thresholds were fitted to the run's own weights/);
      const plain = `import sys; sys.path.insert(0, sys.argv[1])
from decisions import Decisions
Decisions(None, ["a", "b"], "s_sex")`;
      expect(() => runPython(plain, [join(at('plain'), 'model')])).toThrow(/no thresholds per group/);
    });

    it('decides rows of other groups, and of unknown ones, by the common threshold', () => {
      const script = `import json, sys; sys.path.insert(0, sys.argv[1])
from decisions import Decisions
decisions = Decisions({"f": 0.25, "m": 0.75}, ["well", "ill"], "sex")
told = [decisions.of({"sex": sex}, {"p_ill": p}) for sex in ("f", "m", "x", "") for p in (0.25, 0.5, 0.75)]
print(json.dumps([told, decisions.summary()]))`;
      const [told, summary] = JSON.parse(runPython(script, [join(run, 'model')])) as [
        { threshold: number; decision: string }[],
        string,
      ];
      const groups = ['f', 'm', null, null];
      const thresholds = { f: 0.25, m: 0.75 };
      const expected = groups.flatMap((group) =>
        [0.25, 0.5, 0.75].map((score) => (isPositive(score, group, { thresholds }) ? 'ill' : 'well')),
      );
      expect(told.map(({ decision }) => decision)).toEqual(expected);
      expect(told.map(({ threshold }) => threshold)).toEqual(
        [0.25, 0.75, 0.5, 0.5].flatMap((t) => [t, t, t]),
      );
      expect(summary).toMatch(/: 6 rows; by the common threshold 0\.5: 6$/);
    });
  },
);
