/** Whole folders: nothing partial, nothing where it must not stand, the same bytes every time. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deidentify, type DeidentifyOptions, type DeidentifyOutcome } from '../../src/api/deidentify.js';
import { readTable } from '../../src/scans/folder/table.js';
import { madeFile, slice, us, type MadeElement } from './made-file.js';

let home: string;
const at = (...names: string[]): string => join(home, ...names);
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'voxolve-deidentify-'));
  mkdirSync(at('in'));
  writeFileSync(at('key'), Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7)), { mode: 0o600 });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function put(name: string, more: readonly MadeElement[] = []): void {
  writeFileSync(at('in', name), madeFile({ form: 'explicit', elements: slice('explicit', more) }));
}

async function run(more: Partial<DeidentifyOptions> = {}): Promise<DeidentifyOutcome> {
  return deidentify({ input: at('in'), output: at('out'), key: at('key'), ...more });
}

/** Contents by name of all files of a folder. */
function tree(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    names
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name), 'latin1')]),
  );
}

const SECOND: MadeElement[] = [[0x00080018, 'UI', '1.2.3.4.5.8']];

describe('a folder that may leave', () => {
  it('has the same names and bytes each time, whatever the files were called', async () => {
    put('Doe.dcm');
    put('b.dcm', SECOND);
    const outcome = await run();
    expect(outcome).toMatchObject({ written: 2, duplicates: 0, quarantined: {} });
    rmSync(at('in', 'Doe.dcm'));
    put('zzz.dcm');
    await run({ output: at('again') });
    const files = tree(at('out'));
    expect(tree(at('again'))).toEqual(files);
    expect(Object.keys(files).filter((name) => name.endsWith('.dcm'))).toHaveLength(2);
    for (const name of Object.keys(files))
      expect(name).toMatch(/^(metadata\.csv|(2\.25\.\d+\/){2}2\.25\.\d+\.dcm)$/);
    expect(readdirSync(home).sort()).toEqual(['again', 'in', 'key', 'out']);
  });

  it('leaves out one of two equal files, and holds back another one with the same identity', async () => {
    put('a.dcm');
    put('b.dcm');
    put('c.dcm', [[0x00180050, 'DS', '5']]);
    expect(await run()).toMatchObject({ written: 1, duplicates: 1, quarantined: { duplicate: 1 } });
  });

  it('holds back all of a study with two patients', async () => {
    put('a.dcm');
    put('b.dcm', [...SECOND, [0x00100020, 'LO', 'P-002']]);
    put('c.dcm', [
      [0x00080018, 'UI', '1.2.9.1'],
      [0x0020000d, 'UI', '1.2.9.2'],
    ]);
    expect(await run({ report: at('report') })).toMatchObject({ written: 1, quarantined: { patients: 2 } });
    expect(Object.keys(tree(at('out'))).filter((name) => name.endsWith('.dcm'))).toHaveLength(1);
    const report = tree(at('report'));
    expect(Object.keys(report).sort()).toEqual([
      'quarantine/000001-patients',
      'quarantine/000002-patients',
      'report.json',
    ]);
    expect(report['report.json']).not.toMatch(/Doe|P-00|1\.2\.|\.dcm|\/tmp/);
    expect(statSync(at('report', 'quarantine', '000001-patients')).mode & 0o777).toBe(0o600);
  });

  it('is not made where nothing may leave', async () => {
    writeFileSync(at('in', 'notes.txt'), 'Jane Doe, born in 1970');
    symlinkSync(at('key'), at('in', 'link'));
    expect(await run()).toMatchObject({ written: 0, quarantined: { link: 1, 'not-dicom': 1 } });
    expect(readdirSync(home).sort()).toEqual(['in', 'key']);
  });

  it('is not there after an interruption', async () => {
    put('a.dcm');
    put('b.dcm', SECOND);
    const stop = new AbortController();
    await expect(run({ signal: stop.signal, onFile: () => stop.abort() })).rejects.toThrow();
    expect(readdirSync(home).sort()).toEqual(['in', 'key']);
  });
});

describe('beside the files that may leave', () => {
  it('old and new identities stand on request only, for the owner alone', async () => {
    put('a.dcm');
    await run({ crosswalk: at('crosswalk.csv') });
    expect(statSync(at('crosswalk.csv')).mode & 0o777).toBe(0o600);
    expect(readFileSync(at('crosswalk.csv'), 'utf8')).toMatch(/patient,id P-001,VX/);
  });
});

describe('the table beside DICOM files', () => {
  it('describes them, with ages capped at 90', async () => {
    put('a.dcm', [
      [0x00101010, 'AS', '097Y'],
      [0x00081090, 'LO', 'Zebulon 3000'],
    ]);
    await run({ options: ['retain-patient'] });
    const [head, row] = readFileSync(at('out', 'metadata.csv'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(','));
    expect(row?.[head?.indexOf('age_years') ?? -1]).toBe('90');
    expect(row?.[head?.indexOf('modality') ?? -1]).toBe('CT');
    expect(row?.[head?.indexOf('rows') ?? -1]).toBe('4');
    expect(row?.join(' ')).not.toContain('Zebulon');
  });

  it('says spacing and frame time wherever a file states them', async () => {
    const double = (value: number): Buffer => Buffer.from(Float64Array.of(value).buffer);
    put('clip.dcm', [
      [0x00180040, 'IS', '25'],
      [
        0x00186011,
        'SQ',
        [
          [
            [0x00186024, 'US', us(3)],
            [0x00186026, 'US', us(3)],
            [0x0018602c, 'FD', double(0.02)],
            [0x0018602e, 'FD', double(-0.03)],
          ],
        ],
      ],
    ]);
    const measures: MadeElement[] = [
      [0x00180050, 'DS', '2.5'],
      [0x00280030, 'DS', '0.7\\0.6'],
    ];
    put('enhanced.dcm', [
      ...SECOND,
      [0x00080060, 'CS', 'MR'],
      [0x52009229, 'SQ', [[[0x00289110, 'SQ', [measures]]]]],
    ]);
    await run();
    const rows = readTable(at('out', 'metadata.csv'));
    expect(rows.find(({ modality }) => modality === 'CT')).toMatchObject({
      pixel_spacing: '0.3\\0.2',
      frame_time: '40',
    });
    expect(rows.find(({ modality }) => modality === 'MR')).toMatchObject({
      pixel_spacing: '0.7\\0.6',
      slice_thickness: '2.5',
      frame_time: '',
    });
  });
});

describe('a wrong option ends before anything is read', () => {
  const wrong: readonly (readonly [string, () => Partial<DeidentifyOptions>, RegExp])[] = [
    ['OUT inside of IN', () => ({ output: at('in', 'out') }), /lies inside of IN/],
    ['IN inside of OUT', () => ({ input: at('in'), output: home }), /exists already/],
    [
      'OUT inside of IN by a link',
      () => (symlinkSync(at('in'), at('side')), { output: at('side', 'out') }),
      /lies inside of IN/,
    ],
    ['an OUT that exists', () => (mkdirSync(at('out')), {}), /exists already/],
    [
      'the key inside of IN',
      () => (
        writeFileSync(at('in', 'key'), readFileSync(at('key')), { mode: 0o600 }),
        { key: at('in', 'key') }
      ),
      /lies inside of IN/,
    ],
    ['the report inside of OUT', () => ({ report: at('out', 'report') }), /must not leave/],
    ['the crosswalk inside of OUT', () => ({ crosswalk: at('out', 'crosswalk.csv') }), /must not leave/],
    ['a key that others can read', () => (chmodSync(at('key'), 0o644), {}), /can be read by others/],
    ['a short key', () => (writeFileSync(at('key'), 'secret'), {}), /32 to 4096 bytes, and holds 6/],
    [
      'a key of one byte, repeated',
      () => (writeFileSync(at('key'), Buffer.alloc(64)), {}),
      /hardly any different/,
    ],
    ['no key', () => ({ key: at('none') }), /does not exist/],
    ['an unknown option', () => ({ options: ['retain-all'] }), /is no option/],
    ['rules of pixels that stay', () => ({ pixelRules: 'rules' }), /belongs to the option clean-pixels/],
    ['two options on dates', () => ({ options: ['retain-dates', 'modify-dates'] }), /exclude each other/],
    ['a list that is missing', () => ({ options: ['retain-safe-private'] }), /needs a list/],
    ['a tag that is none', () => ({ keep: ['Rows'] }), /must be a tag/],
  ];
  it.each(wrong)('%s', async (_, given, message) => {
    put('a.dcm');
    await expect(run(given())).rejects.toThrow(message);
    if (existsSync(at('out'))) expect(readdirSync(at('out'))).toEqual([]);
  });
});
