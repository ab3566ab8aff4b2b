/**
 * A search whose candidates are scored by an outcome, with patients of a final test that must stay outside.
 */
import { copyFileSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { niftiFile } from '../../src/scans/nifti-write.js';
import { Sqlite } from '../../src/store/sqlite.js';
import { succeed as succeedIn, type Finished } from '../support/cli.js';
import { voxolveHere } from '../support/cli-here.js';
import { killIn } from '../support/kills.js';
import {
  lineageTables,
  smallSpace,
  temporaryFolder,
  winnerTables,
  writeExperiment,
} from '../support/tiny.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
const scans = join(folder, 'scans');
const at = (name: string): string => join(folder, name);
const succeed = (...args: string[]): Promise<Finished> => succeedIn(args, env);

const SIDE = 20;
const PATIENTS = 16;
/** Patients 12 to 15 are those of the final test. */
const isTest = (patient: number): boolean => patient >= 12;
const nameOf = (patient: number): string => `somebody-${patient}`;

/** Smooth waves, or the same with much noise: what any encoder can tell apart. */
function scan(patient: number): Uint8Array {
  const rng = rngOf('outcomes', patient);
  const voxels = Int16Array.from({ length: SIDE ** 3 }, (_, i) => {
    const [z, y, x] = [Math.floor(i / SIDE ** 2), Math.floor(i / SIDE) % SIDE, i % SIDE];
    const wave = Math.sin((x + patient) / 4) + Math.cos((y - z) / 5);
    return 1000 + 200 * wave + (patient % 2 === 1 ? 300 * rng.normal() : 0);
  });
  return niftiFile(voxels, [SIDE, SIDE, SIDE], [6, 6, 6]);
}

interface Row {
  readonly patient: number;
  readonly split: string;
}

function writeLabels(name: string, splitOf: (patient: number) => string, more = ''): string {
  const rows = Array.from({ length: PATIENTS }, (_, patient): Row => ({ patient, split: splitOf(patient) }));
  const lines = rows.map(({ patient, split }) =>
    [
      `scan-${patient}.nii.gz`,
      nameOf(patient),
      patient % 2 === 1 ? 'noisy' : 'smooth',
      patient % 4 < 2 ? 'female' : 'male',
      split,
    ].join(','),
  );
  writeFileSync(at(name), ['path,patient,label,s_sex,split', ...lines, more].join('\n'));
  return at(name);
}

const labels = writeLabels('labels.csv', (patient) => (isTest(patient) ? 'test' : ''));
writeFileSync(at('task.json'), JSON.stringify({ head: 'classes', training: { steps: 30, heldOut: 0 } }));

const searched = {
  candidates: 5,
  space: smallSpace,
  proxyTask: { name: 'jigsaw3d', options: { patch: 6, jitter: 1, gap: 0.2, permutations: 8, foreground: 0 } },
  trust: { share: 0.2 },
  winners: { candidates: 1, seeds: 2 },
  objective: { head: 'task.json', manifest: 'labels.csv', folds: 2 },
};
const experiment = writeExperiment(folder, searched);

beforeAll(() => {
  mkdirSync(scans);
  for (let patient = 0; patient < PATIENTS; patient++)
    writeFileSync(join(scans, `scan-${patient}.nii.gz`), scan(patient));
  // The same content under another name belongs to a patient of the test as well.
  copyFileSync(join(scans, 'scan-13.nii.gz'), join(scans, 'copy.nii.gz'));
});

const search = (db: string, ...options: string[]): Promise<Finished> =>
  succeed('search', experiment, '--scans', scans, '--db', db, ...options);

function query<T>(db: string, sql: string): T[] {
  const opened = new Sqlite(db, { readonly: true });
  try {
    return opened.prepare(sql).all() as T[];
  } finally {
    opened.close();
  }
}

function expectSame(db: string, other: string): void {
  expect(lineageTables(db)).toEqual(lineageTables(other));
  expect(winnerTables(db)).toEqual(winnerTables(other));
}

/** A copy of a finished search that a test may alter. */
function copyOf(db: string, name: string): string {
  const source = new Sqlite(db);
  source.exec(`VACUUM INTO '${at(name)}'`);
  source.close();
  return at(name);
}

interface Spec {
  objective: { patients: Record<'pretraining' | 'labelled' | 'test', string[]> };
}

function alterSpec(db: string, change: (spec: Spec) => void): void {
  const opened = new Sqlite(db);
  const spec = JSON.parse(opened.prepare('SELECT spec FROM experiments').pluck().get() as string) as Spec;
  change(spec);
  opened.prepare('UPDATE experiments SET spec = ?').run(JSON.stringify(spec));
  opened.close();
}

describe('a search with an outcome as its objective', { timeout: 120_000 }, () => {
  const reference = at('reference.db');
  let said: string;
  beforeAll(async () => {
    said = (await search(reference, '--workers', '1')).stderr;
  }, 120_000);

  it('says what it is scored by and who is kept outside', () => {
    expect(said).toMatch(
      /objective: auroc over 2 inner folds of .*labels\.csv: 12 labelled scans of 12 patients/,
    );
    // Four scans of the test's patients, and the copy of one.
    expect(said).toContain(
      '4 patients of the final test outside of the search, with 5 unlabeled scans of theirs',
    );
    expect(said).toMatch(/scans: 12 files in /);
  });

  it('scores by the metric on inner folds, and keeps the score of the proxy task', () => {
    const rows = query<{ score: number; auroc: number; proxy: number; validation: number }>(
      reference,
      `SELECT e.score, a.value AS auroc, p.value AS proxy, c.value AS validation FROM evaluations e
       JOIN probes a ON a.evaluation = e.id AND a.name = 'auroc'
       JOIN probes p ON p.evaluation = e.id AND p.name = 'proxy'
       JOIN curves c ON c.evaluation = e.id AND c.name = 'validation/accuracy' WHERE e.purpose = 'search'`,
    );
    expect(rows).toHaveLength(searched.candidates);
    for (const { score, auroc, proxy, validation } of rows) {
      expect(score).toBe(auroc);
      expect(proxy).toBe(validation);
    }
    expect(Math.max(...rows.map(({ score }) => score))).toBeGreaterThan(0.9);
    expect(query(reference, 'SELECT metric, chance FROM experiments')).toEqual([
      { metric: 'auroc', chance: 0.5 },
    ]);
  });

  it('is the same with two workers in processes of their own', async () => {
    const processes = writeExperiment(folder, { ...searched, isolation: 'process' }, 'processes.json');
    await succeed('search', processes, '--scans', scans, '--db', at('two.db'), '--workers', '2');
    expectSame(at('two.db'), reference);
  });

  it('is the same after being killed and resumed', async () => {
    const db = at('killed.db');
    const args = ['search', experiment, '--scans', scans, '--db', db, '--workers', '2'];
    await killIn({ name: 'search', from: ': done' }, 20, args, env);
    await killIn({ name: 'resume', from: ': done' }, 20, ['resume', db, '--workers', '2'], env);
    await succeed('resume', db, '--workers', '1');
    expectSame(db, reference);
  });

  it('takes its table from --outcomes, wherever that lies, and goes on with that table alone', async () => {
    const { manifest: _, ...objective } = searched.objective;
    const tableless = writeExperiment(folder, { ...searched, objective }, 'tableless.json');
    const moved = at('moved-labels.csv');
    copyFileSync(labels, moved);
    const asked = (path: string, ...more: string[]): Promise<Finished> =>
      voxolveHere(['search', path, '--scans', scans, '--db', reference, ...more], env);
    const again = await asked(tableless, '--outcomes', moved);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toMatch(/inner folds of .*moved-labels\.csv: 12 labelled scans/);
    const other = writeLabels('other.csv', (patient) => (patient < 2 ? 'test' : ''));
    const refusals: [string[], RegExp][] = [
      [[tableless], /^voxolve: objective: names no table of labelled scans.*--outcomes/m],
      [[tableless, '--outcomes', other], /^voxolve: .*: holds another experiment .* differs/m],
      [
        [writeExperiment(folder, { candidates: 1 }, 'plain.json'), '--outcomes', labels],
        /^voxolve: --outcomes: the experiment has no objective that candidates are scored by; leave it out/m,
      ],
    ];
    for (const [[path = '', ...more], complaint] of refusals) {
      const { code, stderr } = await asked(path, ...more);
      expect(code).toBe(1);
      expect(stderr).toMatch(complaint);
    }
  });

  it('names no patient in its database', () => {
    expect(readFileSync(reference).includes('somebody')).toBe(false);
  });

  it('proves that the patients of the test were outside, with the manifest and without it', async () => {
    const { stdout } = await succeed('verify', reference);
    expect(stdout).toContain(`${searched.candidates} decisions derived anew, all as recorded`);
    expect(stdout).toContain(
      'objective: 4 patients of the final test outside of the lineage, 12 inside (recomputed from the manifest)',
    );
    renameSync(labels, at('away.csv'));
    try {
      const without = await succeed('verify', reference);
      expect(without.stdout).toContain('12 inside (by the record, since labels.csv is not there)');
      const resumed = await voxolveHere(['resume', reference, '--candidates', '6'], env);
      expect(resumed.code).toBe(1);
      expect(resumed.stderr).toMatch(
        /^voxolve: .*labels\.csv: the table that the search is scored by is gone; restore it, name it with --outcomes/m,
      );
      const db = copyOf(reference, 'moved.db');
      cpSync(`${reference}.artifacts`, `${db}.artifacts`, { recursive: true });
      await succeed('resume', db, '--candidates', '6', '--outcomes', at('away.csv'));
      expect(query(db, "SELECT number FROM candidates WHERE status = 'done'")).toHaveLength(6);
    } finally {
      renameSync(at('away.csv'), labels);
    }
  });

  it.each<[string, (spec: Spec) => void, RegExp]>([
    [
      'a patient of the test is recorded as labelled',
      ({ objective: { patients } }) => patients.labelled.push(patients.test[0] ?? ''),
      /^objective: 1 patient of the test was among those that candidates were scored by$/m,
    ],
    [
      'a patient of the test is no longer recorded',
      ({ objective: { patients } }) => patients.test.pop(),
      /^objective: the record of the objective was altered$/m,
    ],
  ])('fails verification where %s', async (_, change, complaint) => {
    const db = copyOf(reference, 'altered.db');
    alterSpec(db, change);
    const { code, stderr } = await voxolveHere(['verify', db], env);
    rmSync(db);
    expect(code).toBe(1);
    expect(stderr).toMatch(complaint);
  });

  it('fails verification where a score is not what the objective gave', async () => {
    const db = copyOf(reference, 'score.db');
    const opened = new Sqlite(db);
    opened.exec(`UPDATE candidates SET score = score / 2 WHERE number = 3;
      UPDATE evaluations SET score = score / 2 WHERE candidate = (SELECT id FROM candidates WHERE number = 3)`);
    opened.close();
    const { code, stderr } = await voxolveHere(['verify', db], env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^objective: candidate 3 has the score .*, but .* by the objective$/m);
  });

  it('fails verification where the manifest now sets others aside for the test', async () => {
    const before = readFileSync(labels);
    writeLabels('labels.csv', (patient) => (patient < 2 ? 'test' : ''));
    try {
      const { code, stderr } = await voxolveHere(['verify', reference], env);
      expect(code).toBe(1);
      expect(stderr).toMatch(/2 patients that labels\.csv sets aside for the test were in the lineage/);
      const resumed = await voxolveHere(['resume', reference, '--candidates', '6'], env);
      expect(resumed.stderr).toMatch(/labels\.csv: is not the table that the search began with; restore it/);
    } finally {
      writeFileSync(labels, before);
    }
  });

  it('refuses to go on with another task', async () => {
    const before = readFileSync(at('task.json'));
    writeFileSync(at('task.json'), JSON.stringify({ head: 'classes', hidden: 4 }));
    try {
      const { code, stderr } = await voxolveHere(['resume', reference, '--candidates', '6'], env);
      expect(code).toBe(1);
      expect(stderr).toMatch(/task\.json: this task was changed since the search began/);
    } finally {
      writeFileSync(at('task.json'), before);
    }
  });
});

describe('a search by NSGA-II that weighs the worst group', { timeout: 120_000 }, () => {
  const db = at('groups.db');

  it('keeps the score of all and takes the least of the groups as an objective of its own', async () => {
    const experimentOf = writeExperiment(
      folder,
      {
        ...searched,
        candidates: 8,
        strategy: { name: 'nsga2', options: { population: 3 } },
        lookahead: 2,
        objectives: ['score', 'worstGroup', 'params'],
        objective: { ...searched.objective, worstGroup: 'sex' },
        trust: { share: 0 },
        winners: { candidates: 0 },
      },
      'groups.json',
    );
    await succeed('search', experimentOf, '--scans', scans, '--db', db, '--workers', '1');
    const rows = query<Record<'score' | 'auroc' | 'worst' | 'female' | 'male', number>>(
      db,
      `SELECT e.score,
         max(value) FILTER (WHERE name = 'auroc') AS auroc, max(value) FILTER (WHERE name = 'worst_group') AS worst,
         max(value) FILTER (WHERE name = 'group female') AS female, max(value) FILTER (WHERE name = 'group male') AS male
       FROM evaluations e JOIN probes ON evaluation = e.id GROUP BY e.id`,
    );
    expect(rows).toHaveLength(8);
    for (const { score, auroc, worst, female, male } of rows) {
      expect(score).toBe(auroc);
      expect(worst).toBe(Math.min(female, male));
    }
  });

  it('decides the same from the log, and another way where a worst group was altered', async () => {
    await succeed('verify', db);
    const { front } = JSON.parse((await succeed('status', db, '--json')).stdout) as {
      front: { worstGroup: number }[];
    };
    expect(front.every(({ worstGroup }) => worstGroup >= 0 && worstGroup <= 1)).toBe(true);
    const altered = copyOf(db, 'other-groups.db');
    const opened = new Sqlite(altered);
    opened.exec("UPDATE probes SET value = 1 - value WHERE name = 'worst_group'");
    opened.close();
    const { code, stderr } = await voxolveHere(['verify', altered], env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^candidate \d+: (genome|parents) is /m);
  });
});
