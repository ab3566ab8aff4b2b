/**
 * A whole run on DICOM files whose headers and names hold planted identifiers: none of them may be left anywhere.
 */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dicomFile, element, short, text } from '../../bench/scans/dicom-file.js';
import { voxolve } from '../support/cli.js';
import { temporaryFolder, writeExperiment } from '../support/tiny.js';

/** In headers: never anywhere. */
const PLANTED = ['Qwertz', 'MRN90210', '19470823', '20231105', 'StElsewhere', 'ACC55555', '1.2.826.77.4'];

/** In names of files: shown, but never stored. */
const NAMED = 'zimmermann-olga';

const SIDE = 24;

/** A series of one patient, a slice a file. */
function writeSeries(folder: string, patient: number): void {
  mkdirSync(folder, { recursive: true });
  for (let z = 0; z < SIDE; z++) {
    const pixels = Int16Array.from({ length: SIDE * SIDE }, (_, i) => {
      const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
      const inside = (x - 11) ** 2 + (y - 12) ** 2 + (z - 12) ** 2 < 90 + 5 * patient;
      return inside ? 300 + 9 * x + 5 * y + ((x * y + z * patient) % 40) : 0;
    });
    const file = dicomFile('1.2.840.10008.1.2.1', [
      element(0x0008, 0x0018, 'UI', text(`1.2.826.77.4.${patient}.${z}`, '\0')),
      element(0x0008, 0x0020, 'DA', text('20231105')),
      element(0x0008, 0x0050, 'SH', text('ACC55555')),
      element(0x0008, 0x0060, 'CS', text('MR')),
      element(0x0008, 0x0080, 'LO', text('StElsewhere')),
      element(0x0010, 0x0010, 'PN', text(`Qwertz^Patient${patient}`)),
      element(0x0010, 0x0020, 'LO', text(`MRN90210${patient}`)),
      element(0x0010, 0x0030, 'DA', text('19470823')),
      element(0x0020, 0x000d, 'UI', text(`1.2.826.77.4.${patient}.1`, '\0')),
      element(0x0020, 0x000e, 'UI', text(`1.2.826.77.4.${patient}.2`, '\0')),
      element(0x0020, 0x0013, 'IS', text(String(z))),
      element(0x0020, 0x0032, 'DS', text(`0\\0\\${6 * z}`)),
      element(0x0020, 0x0037, 'DS', text('1\\0\\0\\0\\1\\0')),
      element(0x0028, 0x0002, 'US', short(1)),
      element(0x0028, 0x0004, 'CS', text('MONOCHROME2')),
      element(0x0028, 0x0010, 'US', short(SIDE)),
      element(0x0028, 0x0011, 'US', short(SIDE)),
      element(0x0028, 0x0030, 'DS', text('6\\6')),
      element(0x0028, 0x0100, 'US', short(16)),
      element(0x0028, 0x0103, 'US', short(1)),
      element(0x7fe0, 0x0010, 'OW', Buffer.from(pixels.buffer)),
    ]);
    writeFileSync(join(folder, `${String(z).padStart(2, '0')}.dcm`), file);
  }
}

/** Names and contents of all files below a folder. */
function everythingIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return `${entry.name}\n${entry.isFile() ? readFileSync(path, 'latin1') : ''}`;
    })
    .join('\n');
}

it('leaves names, numbers and dates of patients nowhere', { timeout: 180_000 }, async () => {
  const root = temporaryFolder();
  const [scans, work, cache] = [join(root, 'scans'), join(root, 'work'), join(root, 'cache')];
  mkdirSync(work);
  for (let patient = 0; patient < 4; patient++) writeSeries(join(scans, `${NAMED}-${patient}`), patient);
  // One that is skipped, which the log names.
  writeFileSync(join(scans, 'broken.dcm'), 'not DICOM, though PatientName is Qwertz');
  const { phantoms: _, ...experiment } = { phantoms: undefined };
  const file = writeExperiment(work, { ...experiment, candidates: 3 });
  const db = join(work, 'search.db');
  const env = { VOXOLVE_CACHE: cache };
  let said = '';
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await voxolve(args, env);
    expect(code, stderr).toBe(0);
    said += stdout + stderr;
    return stdout;
  };
  const listed = await run(
    'scans',
    scans,
    '--json',
    '--export-npy',
    join(work, 'npy'),
    '--preview',
    join(work, 'sheet.png'),
  );
  await run('scans', scans, '--experiment', file);
  await run('search', file, '--scans', scans, '--db', db, '--workers', '1', '--engine', 'onnx');
  for (const command of ['status', 'lineage']) await run(command, db, '--json');
  await run('export', db, '--to', 'pytorch', '-o', join(work, 'export'));
  const stored = everythingIn(work) + everythingIn(cache);
  expect(stored.length).toBeGreaterThan(10_000);
  for (const secret of PLANTED) {
    expect(said.includes(secret), `${secret} was printed`).toBe(false);
    expect(stored.includes(secret), `${secret} was stored`).toBe(false);
  }
  expect(stored.includes(NAMED), `${NAMED} was stored`).toBe(false);
  const { series, skipped } = JSON.parse(listed) as {
    series: { patient: string; path: string }[];
    skipped: { path: string }[];
  };
  // Patients are told apart all the same.
  expect(new Set(series.map(({ patient }) => patient)).size).toBe(4);
  expect(series.every(({ patient }) => /^[0-9a-f]{20}$/.test(patient))).toBe(true);
  expect(skipped.map(({ path }) => path)).toEqual(['broken.dcm']);
});
