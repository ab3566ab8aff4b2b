/**
 * What a folder holds: nothing that lies in it vanishes unsaid, and nothing in it ends the walk.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors.js';
import { openScanFolder, type ScanFolder } from '../../../src/scans/folder/scan-folder.js';
import { countsText } from '../../../src/scans/folder/left-out.js';
import { ScanOptions } from '../../../src/scans/options.js';
import { voxolve } from '../../support/cli.js';
import { writeExperiment } from '../../support/tiny.js';
import { temporaryFolder, writePatient } from '../../support/scans/nifti-file.js';

const cacheDirectory = temporaryFolder();
const look = (folder: string, given: object = {}): Promise<ScanFolder> =>
  openScanFolder(folder, ScanOptions.parse(given), cacheDirectory);
const names = ({ files }: ScanFolder): string[] => files.map(({ name }) => name);
const kinds = ({ leftOut }: ScanFolder): [string, string][] => leftOut.map(({ path, what }) => [path, what]);

describe('the walk through a folder', () => {
  it('follows links to other folders, once each, and goes round in no circle', async () => {
    const [folder, outside] = [temporaryFolder(), temporaryFolder()];
    writePatient(join(outside, 'a.nii'), 1);
    mkdirSync(join(folder, 'own'));
    writePatient(join(folder, 'own', 'b.nii'), 2);
    symlinkSync(outside, join(folder, 'linked'));
    symlinkSync(outside, join(folder, 'once-more'));
    symlinkSync(join(folder, 'own'), join(folder, 'twin'));
    symlinkSync(folder, join(folder, 'own', 'up'));
    symlinkSync(folder, join(outside, 'back'));
    symlinkSync('itself', join(folder, 'itself'));
    symlinkSync('b-is-not-here.nii', join(folder, 'dangling.nii'));
    const library = await look(folder);
    expect(names(library)).toEqual(['linked/a.nii', 'own/b.nii']);
    expect(kinds(library)).toEqual([
      ['dangling.nii', 'broken link'],
      ['itself', 'broken link'],
      ['linked/back', 'linked folder'],
      ['once-more', 'linked folder'],
      ['own/up', 'linked folder'],
      ['twin', 'linked folder'],
    ]);
    expect(library.leftOut.map(({ reason }) => reason)).toEqual([
      'it leads nowhere (ENOENT)',
      'it leads nowhere (ELOOP)',
      'what it leads to is read already',
      'what it leads to is read already',
      'it leads back to a folder that it lies in',
      'what it leads to is read already',
    ]);
  });

  it.skipIf(process.platform !== 'linux')('passes over names that are no UTF-8, and says so', async () => {
    const folder = temporaryFolder();
    writePatient(join(folder, 'a.nii'), 1);
    writeFileSync(
      Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from('.nii')]),
      '',
    );
    mkdirSync(Buffer.concat([Buffer.from(`${folder}/d`), Buffer.from([0xff])]));
    const library = await look(folder);
    expect(names(library)).toEqual(['a.nii']);
    expect(library.leftOut).toEqual([
      { path: 'caf\\xe9.nii', what: 'odd name of a file', reason: 'its name is not UTF-8; rename it' },
      { path: 'd\\xff', what: 'odd name of a folder', reason: 'its name is not UTF-8; rename it' },
    ]);
  });

  it.skipIf(process.platform === 'win32')('shows names on one line, whatever they hold', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'two\nlines\u001b[2J.nii'), 'no scan');
    writeFileSync(join(folder, 'three\nlines'), 'no scan');
    const library = await look(folder);
    expect(names(library)).toEqual(['two\\x0alines\\x1b[2J.nii']);
    expect(kinds(library)).toEqual([['three\\x0alines', 'no scan']]);
  });

  it('lists what it leaves out by what it is', async () => {
    const folder = temporaryFolder();
    writePatient(join(folder, 'a.nii'), 1);
    for (const name of ['a.json', 'b.json', 'notes.txt', 'README', '.DS_Store'])
      writeFileSync(join(folder, name), 'text');
    mkdirSync(join(folder, '.git'));
    const library = await look(folder);
    expect(countsText(library.leftOut)).toBe(
      '2 × no scan (.json), 1 × hidden file, 1 × hidden folder, 1 × no scan (.txt), 1 × no scan (no ending)',
    );
  });

  it('says of each kind how many there are, which is one, and why, in the list and before a search', async () => {
    const folder = temporaryFolder();
    for (const patient of [1, 2, 3, 4]) writePatient(join(folder, `${patient}.nii`), patient, 36);
    for (const name of ['a.json', 'b.json', 'voxels.raw']) writeFileSync(join(folder, name), 'text');
    symlinkSync('nowhere', join(folder, 'link.nii'));
    const lines = [
      'left out 2 × no scan (.json), such as a.json: of no known format',
      'left out broken link link.nii: it leads nowhere (ENOENT)',
      'left out no scan (.raw) voxels.raw: voxels that no header beside it names',
    ];
    const env = { VOXOLVE_CACHE: cacheDirectory };
    const listed = await voxolve(['scans', folder], env);
    expect(listed.stdout).toContain('4 scans, 0 with a problem, 0 unreadable, 4 left out');
    const work = temporaryFolder();
    const experiment = writeExperiment(work, { candidates: 1 });
    const db = join(work, 'search.db');
    const searched = await voxolve(
      ['search', experiment, '--scans', folder, '--db', db, '--workers', '1', '--engine', 'onnx'],
      env,
    );
    expect(searched.code, searched.stderr).toBe(0);
    for (const line of lines) {
      expect(listed.stdout.split('\n')).toContain(`  ${line}`);
      expect(searched.stderr.split('\n')).toContain(`  ${line}`);
    }
    const { left_out: leftOut } = JSON.parse((await voxolve(['scans', folder, '--json'], env)).stdout) as {
      left_out: { path: string; what: string }[];
    };
    expect(leftOut.map(({ path }) => path).sort()).toEqual(['a.json', 'b.json', 'link.nii', 'voxels.raw']);
  }, 120_000);

  it.skipIf(process.platform === 'win32')('waits for no pipe, found or named by a manifest', async () => {
    const folder = temporaryFolder();
    writePatient(join(folder, 'a.nii'), 1);
    execFileSync('mkfifo', [join(folder, 'pipe.nii')]);
    writeFileSync(join(folder, 'scans.csv'), 'path,patient\na.nii,1\npipe.nii,2\n');
    const special = { path: 'pipe.nii', what: 'special file', reason: 'neither a file nor a folder' };
    expect((await look(folder)).leftOut[0]).toEqual(special);
    expect((await look(folder, { manifest: 'scans.csv' })).leftOut).toEqual([special]);
  });

  it('says what there is where there is no scan', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'notes.txt'), 'text');
    const thrown: unknown = await look(folder).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(UserError);
    expect((thrown as Error).message).toMatch(/holds no scans, but 1 × no scan \(\.txt\); put files/);
  });
});

/** Only root may become another user, and root may open everything: so a child is a user who may not. */
const root = process.getuid?.() === 0;
describe.skipIf(!root)(`a user without rights ${root ? '' : '(needs root)'}`, () => {
  it('reads what is open, and hears of closed folders and files', () => {
    const folder = temporaryFolder();
    const cache = temporaryFolder();
    mkdirSync(join(folder, 'closed'));
    writePatient(join(folder, 'closed', 'a.nii'), 1);
    writePatient(join(folder, 'b.nii'), 2);
    writePatient(join(folder, 'c.nii'), 3);
    writeFileSync(join(folder, 'd'), 'might be DICOM');
    execFileSync('chmod', ['0755', folder]);
    execFileSync('chmod', ['0777', cache]);
    execFileSync('chmod', ['0', join(folder, 'closed'), join(folder, 'c.nii'), join(folder, 'd')]);
    const script = `
      const { describeScans } = await import(${JSON.stringify(new URL('../../../dist/src/scans/describe.js', import.meta.url).href)});
      const { ScanOptions } = await import(${JSON.stringify(new URL('../../../dist/src/scans/options.js', import.meta.url).href)});
      process.setgroups([]); process.setgid(65534); process.setuid(65534);
      const { series, skipped, left_out } = await describeScans(${JSON.stringify(folder)}, ScanOptions.parse({}), { cacheDirectory: ${JSON.stringify(cache)} });
      console.log(JSON.stringify({ read: series.map(({ path }) => path), skipped, left_out }));`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    const denied = (name: string): string => `EACCES: permission denied, open '${join(folder, name)}'`;
    expect(JSON.parse(printed)).toEqual({
      read: ['b.nii'],
      skipped: [
        { path: 'c.nii', reason: denied('c.nii') },
        { path: 'd', reason: denied('d') },
      ],
      left_out: [{ path: 'closed/', what: 'closed folder', reason: 'it can not be opened (EACCES)' }],
    });
    expect(readdirSync(cache).length).toBeGreaterThan(0);
  });
});
