/**
 * Real DICOM files, where they lie beside the project: pixels leave byte for byte, pydicom opens every file and finds the
 * same pixels, and `scans` finds the same volumes.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deidentifyBytes } from '../../src/deidentify/file/deidentify-file.js';
import { PIXELS } from '../../src/deidentify/elements/element.js';
import { parseFile } from '../../src/deidentify/file/part10.js';
import { parsePrivateList } from '../../src/deidentify/identity/private-list.js';
import { dicom } from '../../src/scans/formats/dicom.js';
import type { RawScan } from '../../src/scans/formats/format.js';
import { Refusal } from '../../src/deidentify/file/refusal.js';
import { verifyFile } from '../../src/deidentify/file/verify.js';
import { settingsOf } from './settings.js';

const data = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const FOLDERS = [
  'formats/dicom',
  'deid',
  'robust/pydicom',
  'robust/pydicom_data',
  'robust/derived',
  'robust/misc_real',
];
const PYTHON = '/usr/bin/python3';

function hasPydicom(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import pydicom'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'voxolve-real-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function filesOf(name: string): string[] {
  const root = join(data, name);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((file) => join(root, file))
    .filter((file) => statSync(file).isFile());
}

/** Bytes of the fragments of a file's pixels, or of its native pixels. */
function pixelsOf(bytes: Uint8Array): Uint8Array[] {
  const file = parseFile(bytes);
  const element = file.elements.find(({ tag }) => tag === PIXELS);
  if (element === undefined) return [];
  const ranges = element.fragments ?? [{ start: element.valueStart, end: element.valueEnd }];
  return ranges.map(({ start, end }) => file.bytes.subarray(start, end));
}

async function volumeOf(paths: readonly string[]): Promise<RawScan> {
  return dicom.read(...(paths as [string, ...string[]]));
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

describe.skipIf(!existsSync(join(data, 'formats')))('real files', () => {
  const settings = settingsOf(['modify-dates', 'clean-structured'], { again: true });

  it('keep their pixels byte for byte, and read back as they were written', async () => {
    let [written, commented] = [0, 0];
    for (const path of FOLDERS.flatMap(filesOf)) {
      const bytes = readFileSync(path);
      try {
        const clean = deidentifyBytes(bytes, settings);
        const target = join(folder, `${String(written++).padStart(4, '0')}.dcm`);
        writeFileSync(target, clean.bytes);
        await verifyFile(target, clean.elements);
        const [before, after] = [pixelsOf(bytes), pixelsOf(clean.bytes)];
        if (clean.counts.byName.has('comment')) commented++;
        else
          expect(
            after.every((part, i) => Buffer.compare(part, before[i] as Uint8Array) === 0),
            path,
          ).toBe(true);
        expect(after.length, path).toBeLessThanOrEqual(before.length);
      } catch (error) {
        if (!(error instanceof Refusal) || error.code === 'verification') throw error;
      }
    }
    expect(written).toBeGreaterThan(200);
    expect(commented).toBeGreaterThan(15);
  }, 60_000);

  it.each(['CT_j2k_series', 'Siemens_XA10_enhanced_multiframe', 'Siemens_E11_mosaic'])(
    'are the same volume before and after: %s',
    async (name) => {
      const privateList = parsePrivateList('SIEMENS MR HEADER (0019,xx0A)', 'list');
      const withList = settingsOf(['retain-safe-private'], { privateList });
      const paths = filesOf(`formats/dicom/${name}`).slice(0, 6);
      const cleaned = paths.map((path, i) => {
        const target = join(mkdtempSync(join(folder, 'volume-')), `${i}.dcm`);
        writeFileSync(target, deidentifyBytes(readFileSync(path), withList).bytes);
        return target;
      });
      const [before, after] = [await volumeOf(paths), await volumeOf(cleaned)];
      expect(after.size).toEqual(before.size);
      expect(after.frames).toBe(before.frames);
      expect(after.spacing).toEqual(before.spacing);
      expect(Buffer.compare(bytesOf(after.voxels), bytesOf(before.voxels))).toBe(0);
    },
    60_000,
  );

  it.skipIf(!hasPydicom())(
    'are opened by pydicom, flags and all',
    () => {
      const script = [
        'import glob, sys, pydicom, warnings',
        'warnings.simplefilter("ignore")',
        'for path in sorted(glob.glob(sys.argv[1] + "/*.dcm")):',
        '    data = pydicom.dcmread(path)',
        '    list(data.iterall())',
        '    assert data.PatientIdentityRemoved == "YES", path',
        '    assert data.PatientID.startswith("VX") and str(data.PatientName) == data.PatientID, path',
        '    assert data.DeidentificationMethodCodeSequence[0].CodeValue == "113100", path',
        '    assert data.file_meta.MediaStorageSOPInstanceUID == data.get("SOPInstanceUID") or not data.get("SOPInstanceUID"), path',
        '    print(path)',
      ].join('\n');
      const opened = execFileSync(PYTHON, ['-c', script, folder], { encoding: 'utf8' }).trim().split('\n');
      expect(opened.length).toBe(readdirSync(folder).filter((name) => name.endsWith('.dcm')).length);
    },
    60_000,
  );
});
