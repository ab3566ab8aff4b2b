/**
 * What an experiment's objective must be: refusals in one line each, before anything is trained.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { objectiveManifest, withheldBy } from '../../src/api/searching/objective/cohort-manifest.js';
import { innerFolds, unidentifiedGroups } from '../../src/api/searching/objective/inner-folds.js';
import { patientPseudonyms } from '../../src/api/searching/objective/record.js';
import { present } from '../../src/core/errors.js';
import type { Cohort } from '../../src/downstream/cohort/cohort.js';
import type { Targets } from '../../src/downstream/targets.js';
import { experimentFrom, readExperiment } from '../../src/experiment/read.js';
import { resolveExperiment } from '../../src/experiment/resolve.js';
import type { ResolvedObjective } from '../../src/experiment/objective.js';
import { temporaryFolder, tinyExperiment, writeExperiment } from '../support/tiny.js';

const folder = temporaryFolder();

async function objectiveOf(objective: object, more: object = {}): Promise<ResolvedObjective> {
  const experiment = experimentFrom({ ...tinyExperiment, ...more, objective }, 'experiment', folder);
  return present((await resolveExperiment(experiment)).objective, 'the objective');
}

function cohortOf(targets: Targets, patients: readonly string[]): Cohort {
  return {
    manifest: 'labels.csv',
    rows: patients.map((patient, row) => ({ path: `${row}.nii`, patient, split: null, line: row + 2 })),
    targets,
    covariates: [],
    groups: {},
    withoutTarget: 0,
    remarks: [],
  };
}

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `p${i}`);
const time = (events: readonly number[]): Targets => ({
  kind: 'time',
  times: events.map((_, i) => 10 + i),
  events,
});

describe('the objective of an experiment', () => {
  it('reads its task from a file, with the path of a head of the user’s own from there', async () => {
    mkdirSync(join(folder, 'tasks'), { recursive: true });
    writeFileSync(join(folder, 'tasks', 'own.json'), JSON.stringify({ head: './head.ts', hidden: 2 }));
    const path = writeExperiment(folder, { objective: { head: 'tasks/own.json', manifest: 'labels.csv' } });
    expect((await readExperiment(path)).objective).toEqual({
      head: join(folder, 'tasks', 'own.json'),
      task: { head: join(folder, 'tasks', 'head.ts'), hidden: 2 },
      manifest: join(folder, 'labels.csv'),
      folds: 3,
    });
  });

  it('leaves features frozen and covariates out, whatever the task says', async () => {
    const { task, metric, scoresWorstGroup } = await objectiveOf({
      head: { head: 'cox', ties: 'breslow', fusion: 'concat', encoder: { train: 'full' } },
    });
    expect(task).toMatchObject({ covariates: [], fusion: { name: 'none' }, encoder: { train: 'frozen' } });
    expect([metric, scoresWorstGroup]).toEqual(['harrell', false]);
    expect(task.training.penalty).toBe(0.01);
  });

  it('scores by the worst group unless that is an objective of its own', async () => {
    const objective = { head: { head: 'classes' }, worstGroup: 'sex' };
    expect((await objectiveOf(objective)).scoresWorstGroup).toBe(true);
    const weighed = { objectives: ['score', 'worstGroup'] };
    expect((await objectiveOf(objective, weighed)).scoresWorstGroup).toBe(false);
  });

  it.each<[string, object, object, RegExp]>([
    ['a file that is not there', { head: 'none.json' }, {}, /none\.json: the task file does not exist/],
    ['an unknown head', { head: { head: 'klasses' } }, {}, /head "klasses": is none of/],
    ['unknown options of the head', { head: { head: 'classes', hiden: 2 } }, {}, /unknown key "hiden"/],
    [
      'a metric of other targets',
      { head: { head: 'value' }, metric: 'auroc' },
      {},
      /objective\.metric: "auroc" is of targets of kind "classes", but the head learns from "value"; use r2/,
    ],
    [
      'the worst group among objectives without an attribute',
      { head: { head: 'classes' } },
      { objectives: ['score', 'worstGroup'] },
      /worstGroup needs "objective\.worstGroup"/,
    ],
  ])('is refused with %s', async (_, objective, more, complaint) => {
    const path = writeExperiment(folder, { ...more, objective }, 'refused.json');
    await expect(readExperiment(path).then(resolveExperiment)).rejects.toThrow(complaint);
  });

  it('takes the manifest of the scans where it names none, and is refused without either', () => {
    const of = (scans: object) =>
      experimentFrom({ ...tinyExperiment, scans, objective: { head: 'task.json' } }, 'experiment', folder);
    expect(objectiveManifest(of({ manifest: 'all.csv' }))).toBe(join(folder, 'all.csv'));
    expect(() => objectiveManifest(of({}))).toThrow(/names no table of labelled scans.*--outcomes/);
  });

  it('withholds all scans of the test’s patients, those without an outcome too', () => {
    const manifest = join(folder, 'split.csv');
    writeFileSync(manifest, 'path,patient,label,split\na.nii,Ann,1,\nb.nii,Bea,,test\nc.nii,Cem,0,TEST\n');
    const experiment = experimentFrom(
      { ...tinyExperiment, objective: { head: 'task.json', manifest } },
      'experiment',
      folder,
    );
    expect(withheldBy(experiment, '/scans')).toEqual({
      patients: new Set(['Bea', 'Cem']),
      paths: ['/scans/b.nii', '/scans/c.nii'],
    });
    expect(withheldBy(experimentFrom(tinyExperiment, 'experiment', folder), '/scans')).toBeUndefined();
  });
});

describe('inner folds', () => {
  it('hold each patient in one, and hold out patients only where a head is trained by steps', async () => {
    const patients = [...names(20), 'p0', 'p1'];
    const cohort = cohortOf(time(patients.map((_, i) => (i % 2 === 0 ? 1 : 0))), patients);
    for (const head of ['cox', 'logistic-hazard']) {
      const objective = await objectiveOf({ head: { head } });
      const folds = innerFolds(cohort, objective, 3);
      expect(folds.flatMap(({ answer }) => answer).sort((a, b) => a - b)).toEqual([...patients.keys()]);
      for (const { train, heldOut, answer } of folds) {
        const of = (rows: readonly number[]) => new Set(rows.map((row) => patients[row]));
        expect([...of(train)].filter((one) => of(answer).has(one) || of(heldOut).has(one))).toEqual([]);
        expect(heldOut.length > 0).toBe(head === 'logistic-hazard');
        expect(train.length + heldOut.length + answer.length).toBe(patients.length);
      }
      expect(innerFolds(cohort, objective, 3)).toEqual(folds);
      expect(innerFolds(cohort, objective, 4)).not.toEqual(folds);
    }
  });

  it('are refused with too few events or without a class, in one line', async () => {
    const events = names(12).map((_, i) => (i < 4 ? 1 : 0));
    const cox = await objectiveOf({ head: { head: 'cox' } });
    expect(() => innerFolds(cohortOf(time(events), names(12)), cox, 3)).toThrow(
      /labels\.csv: inner fold \d of 3 holds 1 event; 2 are the least; take fewer "folds", or add labelled patients/,
    );
    // Enough to answer for, too few to learn from.
    const six = names(12).map((_, i) => (i < 6 ? 1 : 0));
    expect(() => innerFolds(cohortOf(time(six), names(12)), cox, 3)).toThrow(
      /head cox: 8 rows of training with 4 events do not identify it/,
    );
    const classes = await objectiveOf({ head: { head: 'classes' } });
    const labels = names(12).map((_, i) => (i < 2 ? 1 : 0));
    const cohort = cohortOf({ kind: 'classes', names: ['well', 'ill'], labels }, names(12));
    expect(() => innerFolds(cohort, classes, 3)).toThrow(/inner fold \d of 3 holds no scan of class "ill"/);
  });

  it('say which groups cannot be told, and refuse an attribute of which fewer than two can', async () => {
    const labels = names(12).map((_, i) => i % 2);
    const cohort = cohortOf({ kind: 'classes', names: ['well', 'ill'], labels }, names(12));
    const folds = innerFolds(cohort, await objectiveOf({ head: { head: 'classes' }, folds: 2 }), 3);
    const groups = labels.map((label, i) => (i === 0 ? 'single' : i < 7 ? 'a' : label === 2 ? null : 'b'));
    expect(unidentifiedGroups(cohort, folds, groups, 'auroc')).toEqual(['single']);
    const byLabel = labels.map((label) => `only ${label}`);
    expect(() => unidentifiedGroups(cohort, folds, byLabel, 'auroc')).toThrow(
      /\(only 0, only 1\) 0 identify auroc in the inner folds; two are the least/,
    );
  });
});

describe('hashes of patients', () => {
  it('are those of the same list alone, and tell nothing of the order', () => {
    const one = patientPseudonyms(['Ann', 'Bea']);
    expect(one.of(['Bea', 'Ann', 'Ann'])).toEqual(one.of(['Ann', 'Bea']));
    const other = patientPseudonyms(['Ann', 'Bea', 'Cem']);
    expect(other.key).not.toBe(one.key);
    expect(other.of(['Ann'])).not.toEqual(one.of(['Ann']));
  });
});
