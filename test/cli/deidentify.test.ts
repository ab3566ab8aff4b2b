/** The command: what it prints for programs, its exit code, and mistakes in one line. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { madeFile, slice } from '../deidentify/made-file.js';
import { plantedFile } from '../deidentify/planter.js';
import { voxolveHere } from '../support/cli-here.js';

let home: string;
const at = (...names: string[]): string => join(home, ...names);
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'voxolve-cli-deidentify-'));
  mkdirSync(at('in'));
  writeFileSync(at('key'), Buffer.from(Array.from({ length: 32 }, (_, i) => i * 5)), { mode: 0o600 });
  writeFileSync(at('list'), 'ACME (0029,xx01)\n');
  const elements = slice('explicit', [
    [0x00290010, 'LO', 'ACME'],
    [0x00291001, 'DS', '4.5'],
  ]);
  writeFileSync(at('in', 'Doe.dcm'), madeFile({ form: 'explicit', elements }));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('voxolve deidentify', () => {
  it('prints counts as JSON and exits with 0 where everything may leave', async () => {
    const options = ['--option', 'modify-dates', '--option', 'retain-safe-private', at('list')];
    const end = await voxolveHere([
      'deidentify',
      at('in'),
      at('out'),
      '--key',
      at('key'),
      ...options,
      '--json',
    ]);
    expect(end.code, end.stderr).toBe(0);
    const printed = JSON.parse(end.stdout) as { files: unknown; actions: Record<string, number> };
    expect(printed.files).toEqual({ written: 1, duplicates: 0, quarantined: {} });
    expect(printed.actions).toMatchObject({ pseudonym: 2, private: 2 });
    expect(end.stdout).not.toMatch(/Doe|P-001|1\.2\.3/);
  });

  it('exits with 1 where something is held back, and writes the rest', async () => {
    writeFileSync(at('in', 'letter.txt'), 'Dear Jane Doe');
    const end = await voxolveHere(['deidentify', at('in'), at('rest'), '--key', at('key')]);
    expect(end.code).toBe(1);
    expect(end.stdout).toMatch(/1 file written[^]*1 file held back: not-dicom/);
    expect(readFileSync(at('rest', 'metadata.csv'), 'utf8').trim().split('\n')).toHaveLength(2);
  });

  it('says in one line what is wrong, and writes nothing', async () => {
    for (const [words, message] of [
      [['--pixel-rules', 'rules'], /belongs to the option clean-pixels/],
      [['--option', 'retain-safe-private'], /needs a list/],
      [['--to', 'nifti'], /Invalid values|choices/i],
    ] as const) {
      const end = await voxolveHere(['deidentify', at('in'), at('none'), '--key', at('key'), ...words]);
      expect(end.code).toBe(1);
      expect(end.stderr).toMatch(message);
      expect(existsSync(at('none'))).toBe(false);
    }
  });

  it('prints and keeps nothing of secrets that were planted, nor do commands that read what left', async () => {
    mkdirSync(at('planted'));
    const secrets = ['V', 'W'].flatMap((mark) => {
      const planted = plantedFile(mark === 'V' ? 'implicit' : 'explicit', mark, {}, [
        [0x00080018, 'UI', `1.2.3.4.6.${mark.charCodeAt(0)}`],
        [0x0020000d, 'UI', `1.2.3.4.7.${mark.charCodeAt(0)}`],
      ]);
      writeFileSync(at('planted', `${planted.secrets.planted[0]}.dcm`), planted.bytes);
      return planted.secrets.planted;
    });
    expect(secrets.length).toBeGreaterThan(1400);
    mkdirSync(at('left'));
    const env = { VOXOLVE_CACHE: at('left', 'cache') };
    const places = [at('planted'), at('left', 'out'), '--key', at('key'), '--report', at('left', 'report')];
    const keep = ['--keep', '0008,103e', '0018,0050'];
    const runs = [
      ['deidentify', ...places, ...keep, '--option', 'modify-dates', 'clean-structured'],
      ['scans', at('left', 'out'), '--json', '--export-npy', at('left', 'npy')],
      ['deidentify', at('planted'), at('left', 'arrays'), '--key', at('key'), '--to', 'npy', '--json'],
      ['scans', at('left', 'arrays'), '--manifest', at('left', 'arrays', 'metadata.csv'), '--json'],
    ];
    let said = '';
    for (const words of runs) {
      const { code, stdout, stderr } = await voxolveHere(words, env);
      expect(code, stderr).toBe(0);
      said += stdout + stderr;
    }
    expect(said).toMatch(
      /--keep 0008,103e: the profile removes it all the same; see --option clean-descriptors/,
    );
    const names = readdirSync(at('left'), { recursive: true, encoding: 'utf8' });
    const files = names.filter((name) => statSync(at('left', name)).isFile());
    expect(files.some((name) => name.startsWith('report/'))).toBe(true);
    const left = [said, ...names, ...files.map((name) => readFileSync(at('left', name), 'latin1'))].join(
      '\n',
    );
    expect(secrets.filter((secret) => left.includes(secret))).toEqual([]);
  });
});
