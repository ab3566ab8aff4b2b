/**
 * Bad input gets one line with the fix, a non-zero exit, and leaves nothing half-written.
 *
 * What is refused is refused before there are workers: these commands run in this process, the last case in one of its own.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Sqlite } from '../../src/store/sqlite.js';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { writePhantoms } from '../../src/scans/phantoms/phantoms.js';
import { voxolve, type Finished } from '../support/cli.js';
import { voxolveHere } from '../support/cli-here.js';
import { smallSpace, temporaryFolder, tinyExperiment, writeExperiment } from '../support/tiny.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
vi.stubEnv('VOXOLVE_CACHE', env.VOXOLVE_CACHE);
const at = (...names: string[]): string => join(folder, ...names);

/** Runs a command that must fail with one line on standard error; returns that line. */
async function refused(...args: string[]): Promise<string> {
  return onlyLine(await voxolveHere(args));
}

function onlyLine({ code, stdout, stderr }: Finished): string {
  expect(code, stdout + stderr).toBe(1);
  const lines = stderr.trim().split('\n');
  expect(lines, stderr).toHaveLength(1);
  expect(stdout).toBe('');
  return lines[0] ?? '';
}

/** A search that must be refused; no database may be left behind. */
async function refusedSearch(experiment: string, ...args: string[]): Promise<string> {
  const db = at('none.db');
  const line = await refused('search', experiment, '--db', db, ...args);
  expect(existsSync(db)).toBe(false);
  return line;
}

/** A folder with two good scans and a bad one. */
function scansWith(name: string, content: Uint8Array | string): string {
  const dir = at(`with-${name}`);
  mkdirSync(dir);
  for (const good of ['phantom-00.nii.gz', 'phantom-01.nii.gz'])
    copyFileSync(at('good', good), join(dir, good));
  writeFileSync(join(dir, name), content);
  return dir;
}

beforeAll(async () => {
  await writePhantoms(at('good'), { patients: 2, size: 24, seed: 1 });
});

describe('an experiment file', { timeout: 60_000 }, () => {
  it('that is missing, is not JSON, or is not valid is refused with what is wrong', async () => {
    expect(await refusedSearch(at('absent.json'))).toMatch(/absent\.json: does not exist/);
    writeFileSync(at('text.json'), 'name: tiny');
    expect(await refusedSearch(at('text.json'))).toMatch(/text\.json: is not JSON/);
    expect(await refusedSearch(writeExperiment(folder, { candidate: 3 }, 'key.json'))).toMatch(
      /unknown key "candidate"; remove it/,
    );
    expect(await refusedSearch(writeExperiment(folder, { candidates: 'many' }, 'type.json'))).toMatch(
      /"candidates" is "many", but the rule is: .*number/,
    );
    expect(await refusedSearch(writeExperiment(folder, { training: { steps: 0 } }, 'range.json'))).toMatch(
      /"training\.steps" is 0/,
    );
    expect(
      await refusedSearch(
        writeExperiment(folder, { proxyTask: { name: 'jigsaw3d', options: { grid: 4 } } }, 'task.json'),
      ),
    ).toMatch(/jigsaw3d: "grid" is 4/);
    expect(
      await refusedSearch(writeExperiment(folder, { strategy: { name: 'genetic' } }, 'strategy.json')),
    ).toMatch(/genetic.*random/);
  });
});

describe('the spelling and the encoding of an experiment file', { timeout: 60_000 }, () => {
  it('is told by the nearest right key, at any depth', async () => {
    const { training, phantoms, ...rest } = tinyExperiment;
    const misspelt = async (keys: object): Promise<string> => {
      writeFileSync(at('misspelt.json'), JSON.stringify(keys));
      return refusedSearch(at('misspelt.json'));
    };
    expect(await misspelt({ ...rest, phantoms, trainning: training })).toMatch(
      /unknown key "trainning"; did you mean "training"\?$/,
    );
    expect(await misspelt({ name: 'tiny', candidats: 3 })).toMatch(
      /unknown key "candidats"; did you mean "candidates"\?$/,
    );
    expect(await misspelt({ ...tinyExperiment, training: { stepps: 3 } })).toMatch(
      /unknown key "training\.stepps"; did you mean "training\.steps"\?$/,
    );
    expect(await misspelt({ ...tinyExperiment, proxyTask: { name: 'jigsaw3d', option: {} } })).toMatch(
      /unknown key "proxyTask\.option"; did you mean "proxyTask\.options"\?$/,
    );
    expect(
      await misspelt({ ...tinyExperiment, proxyTask: { name: 'jigsaw3d', options: { pach: 6 } } }),
    ).toMatch(/options of proxy task jigsaw3d: unknown key "pach"; did you mean "patch"\?$/);
    expect(
      await misspelt({ ...tinyExperiment, strategy: { name: 'evolution', options: { poplation: 6 } } }),
    ).toMatch(/options of strategy evolution: unknown key "poplation"; did you mean "population"\?$/);
    expect(await misspelt({ ...tinyExperiment, strategy: 'evoluton' })).toMatch(
      /strategy: "evoluton" is none of random, .*; did you mean "evolution"\?$/,
    );
    expect(await misspelt({ ...tinyExperiment, proxyTask: 'jigsaw' })).toMatch(
      /proxy task "jigsaw": is none of .*; did you mean "jigsaw3d"\?$/,
    );
  });

  it('may be UTF-8 with a byte-order mark; UTF-16 and other encodings are refused in one line', async () => {
    const text = JSON.stringify(tinyExperiment);
    const encoded = async (bytes: Uint8Array): Promise<string> => {
      writeFileSync(at('encoded.json'), bytes);
      return refusedSearch(at('encoded.json'), '--scans', at('nowhere'));
    };
    expect(await encoded(Buffer.from(`\uFEFF${text}`))).toMatch(/nowhere/);
    const wide = Buffer.from(text, 'utf16le');
    const marked = Buffer.concat([Buffer.from([0xff, 0xfe]), wide]);
    for (const bytes of [marked, Buffer.from(marked).swap16(), wide, Buffer.from(wide).swap16()]) {
      expect(await encoded(bytes)).toMatch(/encoded\.json: is UTF-16 text; save it as UTF-8$/);
    }
    const latin = Buffer.from(text.replace('"tiny"', '"tïny"'), 'latin1');
    expect(await encoded(latin)).toMatch(/encoded\.json: is not UTF-8 text; save it as UTF-8$/);
  });

  it('of a manifest is told as well', async () => {
    const table = 'path,patient\nphantom-00.nii.gz,Müller\nphantom-01.nii.gz,Möller\n';
    const small = writeExperiment(
      folder,
      { space: smallSpace, candidates: 1, winners: { candidates: 0 } },
      'small.json',
    );
    const args = ['--scans', at('good'), '--manifest', at('patients.csv')];
    writeFileSync(at('patients.csv'), `\uFEFF${table}`);
    const { code, stderr } = await voxolve(['search', small, '--db', at('marked.db'), ...args], env);
    expect(code, stderr).toBe(0);
    writeFileSync(at('patients.csv'), Buffer.from(`\uFEFF${table}`, 'utf16le'));
    expect(await refusedSearch(small, ...args)).toMatch(/patients\.csv: is UTF-16 text; save it as UTF-8$/);
    // Replaced by "\uFFFD", ü and ö would make one patient of two.
    writeFileSync(at('patients.csv'), Buffer.from(table, 'latin1'));
    expect(await refusedSearch(small, ...args)).toMatch(
      /patients\.csv: is not UTF-8 text; save it as UTF-8$/,
    );
  });
});

describe('a folder of scans', { timeout: 60_000 }, () => {
  const experiment = writeExperiment(folder, { scans: { spacing: 6, unreadable: 'refuse' } }, 'refuse.json');

  it('that is missing, empty or without scans is refused', async () => {
    mkdirSync(at('empty'));
    expect(await refusedSearch(experiment, '--scans', at('nowhere'))).toMatch(/nowhere.*; /);
    expect(await refusedSearch(experiment, '--scans', at('empty'))).toMatch(/empty.*; /);
    expect(await refused('scans', at('nowhere'))).toMatch(/nowhere/);
  });

  it('with an unreadable scan is refused with the reason where the experiment says so', async () => {
    const good = gunzipSync(readFileSync(at('good', 'phantom-00.nii.gz')));
    const zipped = readFileSync(at('good', 'phantom-00.nii.gz'));
    const nan = Buffer.from(good);
    nan.writeInt16LE(16, 70); // datatype float32
    nan.writeInt16LE(32, 72); // bits per voxel
    const floats = Buffer.concat([nan.subarray(0, 352), Buffer.alloc((good.length - 352) * 2)]);
    floats.writeFloatLE(NaN, 352 + 400);
    const constant = Buffer.concat([good.subarray(0, 352), Buffer.alloc(good.length - 352, 7)]);
    const cases: readonly (readonly [string, Uint8Array | string, RegExp])[] = [
      ['truncated.nii.gz', zipped.subarray(0, zipped.length / 2), /truncated\.nii\.gz: .*; /],
      ['text.nii', 'These are not voxels.\n'.repeat(40), /text\.nii: .*; /],
      ['nan.nii', floats, /nan\.nii: 1 of \d+ voxels are NaN or infinite; /],
      ['constant.nii.gz', gzipSync(constant), /constant\.nii\.gz: .*constant.*; /],
      ['short.nii', good.subarray(0, good.length - 1000), /short\.nii: .*; /],
    ];
    for (const [name, content, line] of cases) {
      expect(await refusedSearch(experiment, '--scans', scansWith(name, content))).toMatch(line);
    }
  });

  it('with an unreadable scan is searched without it where the experiment says so, and the count is shown', async () => {
    const skip = writeExperiment(folder, { space: smallSpace, candidates: 1 }, 'skip.json');
    const scans = scansWith('skipped.nii', 'no scan');
    const { code, stderr } = await voxolve(['search', skip, '--scans', scans, '--db', at('skip.db')], env);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/1 skipped:\n\s+skipped skipped\.nii: /);
  });

  it('with volumes smaller than the crop is refused with both sizes', async () => {
    const large = writeExperiment(
      folder,
      { proxyTask: { name: 'jigsaw3d', options: { patch: 40 } } },
      'large.json',
    );
    expect(await refusedSearch(large, '--scans', at('good'))).toMatch(
      /32 × 32 × 32 voxels.*smaller than the crop of/,
    );
  });

  it('of a single patient is refused, since none could be held out', async () => {
    mkdirSync(at('one'));
    copyFileSync(at('good', 'phantom-00.nii.gz'), at('one', 'a.nii.gz'));
    expect(await refusedSearch(experiment, '--scans', at('one'))).toMatch(/patient.*; /);
  });
});

describe('a database', { timeout: 60_000 }, () => {
  const commands = (db: string): string[][] => [
    ['status', db],
    ['resume', db],
    ['lineage', db],
    ['verify', db],
    ['export', db, '--to', 'pytorch', '-o', at('out')],
    ['search', writeExperiment(folder), '--db', db],
  ];

  it('that is none, or is not of voxolve, is refused and left as it was', async () => {
    const text = at('text.db');
    writeFileSync(
      text,
      'no database at all, only text that is long enough to be mistaken for one\n'.repeat(20),
    );
    const foreign = at('foreign.db');
    new Sqlite(foreign).exec('CREATE TABLE photos (id INTEGER)').close();
    for (const db of [text, foreign]) {
      const before = readFileSync(db);
      for (const command of commands(db)) expect(await refused(...command)).toContain(db);
      expect(readFileSync(db).equals(before)).toBe(true);
    }
    expect(existsSync(at('out'))).toBe(false);
  });

  it('that is missing is refused by all that read one', async () => {
    for (const command of commands(at('missing.db')).slice(0, 5)) {
      expect(await refused(...command)).toMatch(/missing\.db: there is no such database/);
    }
    expect(existsSync(at('missing.db'))).toBe(false);
  });

  it('of a newer schema is refused and left as it was', async () => {
    const db = at('newer.db');
    const experiment = writeExperiment(folder, { space: smallSpace, candidates: 1 });
    expect((await voxolve(['search', experiment, '--db', db], env)).code).toBe(0);
    const newer = new Sqlite(db);
    newer.pragma('user_version = 9999');
    newer.pragma('wal_checkpoint(TRUNCATE)');
    newer.close();
    const before = readFileSync(db);
    for (const command of commands(db)) expect(await refused(...command)).toMatch(/newer.*; /);
    expect(readFileSync(db).equals(before)).toBe(true);
  });
});

describe('resuming', { timeout: 60_000 }, () => {
  it('with changed scans is refused, and the database stays as it was', async () => {
    const scans = at('changing');
    mkdirSync(scans);
    for (const name of readdirSync(at('good')).filter((file) => file.endsWith('.gz'))) {
      copyFileSync(at('good', name), join(scans, name));
    }
    const db = at('changing.db');
    const experiment = writeExperiment(folder, { space: smallSpace, candidates: 2 }, 'changing.json');
    expect((await voxolve(['search', experiment, '--scans', scans, '--db', db], env)).code).toBe(0);
    const before = readFileSync(db);
    await writePhantoms(at('others'), { patients: 3, size: 24, seed: 2 });
    copyFileSync(at('others', 'phantom-02.nii.gz'), join(scans, 'new.nii.gz'));
    const { code, stderr } = await voxolveHere(['resume', db, '--candidates', '3']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/the scans are not those that experiment tiny began with.*restore them/);
    expect(readFileSync(db).equals(before)).toBe(true);
  });

  it('to fewer candidates, or an unknown experiment, is refused', async () => {
    const db = at('changing.db');
    expect(await refused('resume', db, '--candidates', '1')).toMatch(
      /--candidates: must be an integer of at least 2/,
    );
    expect(await refused('status', db, '--experiment', 'other')).toMatch(/no experiment named other/);
  });
});

describe('the command line', { timeout: 60_000 }, () => {
  it('refuses what it does not know', async () => {
    expect(await refused('serch')).toMatch(/command line: .*see voxolve --help/);
    expect(await refused('status', 'x.db', '--jsn')).toMatch(
      /command line: .*jsn.*; see voxolve status --help/,
    );
    expect(await refused('search')).toMatch(
      /command line: search <experiment> needs more than was given; see voxolve search --help/,
    );
    expect(await refused('search', at('experiment.json'), '--workers', '0')).toMatch(
      /--workers: must be a positive/,
    );
  });

  it('is refused in the same words by a process of its own', async () => {
    for (const args of [
      ['status', 'x.db', '--jsn'],
      ['search', at('absent.json'), '--db', at('none.db')],
    ])
      expect(onlyLine(await voxolve(args, env))).toBe(await refused(...args));
    expect(existsSync(at('none.db'))).toBe(false);
  });

  it('refuses to export over a folder that holds something, or a candidate that is not there', async () => {
    const db = at('changing.db');
    mkdirSync(at('full'));
    writeFileSync(at('full', 'thesis.tex'), 'precious');
    expect(await refused('export', db, '--to', 'pytorch', '-o', at('full'))).toMatch(/not empty/);
    expect(readdirSync(at('full'))).toEqual(['thesis.tex']);
    expect(await refused('export', db, '--to', 'onnx', '-o', at('new'), '--candidate', '99')).toMatch(
      /--candidate/,
    );
    expect(await refused('lineage', db, '99')).toMatch(/has no candidate 99; choose one from 0 to 1/);
  });
});
