/** The nightly check on a folder made for it: it finds nothing where nothing is, and what is held back with its reason. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkFolder } from '../../bench/deidentify/check-folder.js';
import { dicomFolders } from '../../bench/deidentify/folders.js';
import { sameBytes } from '../../bench/deidentify/pixel-bytes.js';
import { hasPydicom, refusedByPydicom } from '../../bench/deidentify/pydicom.js';
import { hasValidator, newErrors } from '../../bench/deidentify/validity.js';
import { madeFile, slice, type MadeElement } from './made-file.js';
import { settingsOf } from './settings.js';

const PYTHON = process.env['VOXOLVE_PYTHON'] ?? '/usr/bin/python3';

const validator = hasValidator();

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'voxolve-nightly-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function put(name: string, more: readonly MadeElement[]): void {
  mkdirSync(join(home, 'in', 'below'), { recursive: true });
  writeFileSync(join(home, 'in', name), madeFile({ form: 'explicit', elements: slice('explicit', more) }));
}

/** A slice of a volume. */
function sliceAt(at: number): MadeElement[] {
  return [
    [0x00080018, 'UI', `1.2.3.4.7.${at + 1}`],
    [0x00200032, 'DS', `0\\0\\${5 * at}`],
    [0x00200037, 'DS', '1\\0\\0\\0\\1\\0'],
    [0x00280030, 'DS', '2\\2'],
    [0x7fe00010, 'OW', Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 7 + at * 31) % 256))],
  ];
}

describe('the nightly check of de-identification', () => {
  it('finds the same pixels and volumes, and names what is held back', async () => {
    for (const at of [0, 1, 2, 3]) put(`${at}.dcm`, sliceAt(at));
    put('again.dcm', sliceAt(0));
    put('below/screen.dcm', [[0x00280301, 'CS', 'YES']]);
    writeFileSync(join(home, 'in', 'notes.txt'), 'no DICOM file');
    const [volume, screen] = dicomFolders(join(home, 'in'));
    if (volume === undefined || screen === undefined) throw new Error('both folders hold files');
    const check = await checkFolder(volume, join(home, 'volume'), { settings: settingsOf(), validator });
    expect(check).toMatchObject({ files: 5, repeated: 1, commented: 0, held: [], differences: [] });
    expect(check.written).toHaveLength(4);
    if (hasPydicom(PYTHON)) expect(refusedByPydicom(check.written, PYTHON)).toEqual([]);
    const held = await checkFolder(screen, join(home, 'screen'), { settings: settingsOf(), validator });
    expect(held).toMatchObject({ files: 1, written: [], held: [{ name: 'screen.dcm', code: 'burned-in' }] });
  });

  it('tells pixels that differ, and a volume that is another one', async () => {
    expect(sameBytes([Buffer.from('a')], [Buffer.from('b')])).toBe(false);
    expect(sameBytes([Buffer.from('a')], [])).toBe(false);
    // What tells localizers from slices stands in free text here, which goes: they become scans.
    const other: MadeElement[] = [
      [0x0008103e, 'LO', 'Localizer'],
      [0x0020000e, 'UI', '1.2.3.4.5.4'],
    ];
    for (const at of [0, 1, 2, 3]) put(`${at}.dcm`, sliceAt(at));
    for (const at of [4, 5, 6]) put(`${at}.dcm`, [...sliceAt(at), ...other]);
    const [volume] = dicomFolders(join(home, 'in'));
    if (volume === undefined) throw new Error('the folder holds files');
    const check = await checkFolder(volume, join(home, 'basic'), { settings: settingsOf(), validator });
    expect(check.differences.join()).toMatch(/a volume was not there before/);
    const kept = await checkFolder(volume, join(home, 'words'), {
      settings: settingsOf(['clean-descriptors']),
      validator,
    });
    expect(kept.differences).toEqual([]);
  });

  it.skipIf(!hasPydicom(PYTHON))('hears from pydicom what it cannot open', () => {
    writeFileSync(join(home, 'broken.dcm'), 'no DICOM file');
    expect(refusedByPydicom([join(home, 'broken.dcm')], PYTHON)).toEqual([
      expect.stringContaining('InvalidDicomError'),
    ]);
  });

  it.skipIf(!validator)('hears from dciodvfy what is missing that was not missing before', () => {
    put('a.dcm', [[0x00200013, 'IS', '1']]);
    put('b.dcm', []);
    const [a, b] = ['a.dcm', 'b.dcm'].map((name) => join(home, 'in', name)) as [string, string];
    expect(newErrors(a, b)).toEqual([expect.stringMatching(/InstanceNumber.*Missing attribute for Type 2/)]);
    expect(newErrors(b, a)).toEqual([]);
  });
});
