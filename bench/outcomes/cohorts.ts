/**
 * Public cohorts as a user would have them: a folder of scans, and a manifest with what came of each.
 *
 * - `kits23`: masks of kidney, tumour and cyst (KiTS23), 489 patients: death, tumour stage, sex.
 * - `hippocampus`: 200 MR crops (Medical Segmentation Decathlon), whose hippocampal volume is to be told.
 * - `ultrasound`: 88 clips of lungs: healthy or ill.
 */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { present } from '../../src/core/errors.js';
import { readTable, type TableRow } from '../../src/scans/folder/table.js';
import { niftiFile } from '../../src/scans/nifti-write.js';
import { readLabelMap } from './label-map.js';
import { readNpz } from './npz.js';

export interface BenchCohort {
  /** Folder of scans. */
  readonly scans: string;
  /** Manifests by what they hold. */
  readonly manifests: Readonly<Record<string, string>>;
}

type Row = Readonly<Record<string, string | number>>;

const MASK = 48;
const MASK_SPACING = 4;

/** Manifests `death` (`time,event`), `stage` (pT3–4 or lower), each with clinical covariates and `s_sex`. */
export function kits23(data: string, folder: string): BenchCohort {
  const source = join(data, 'outcomes/kits23');
  const table = readTable(join(source, 'kits23_table.csv'));
  const scans = join(folder, 'scans');
  if (!existsSync(scans)) {
    mkdirSync(scans, { recursive: true });
    const { data: masks } = readNpz(join(source, 'kits23_roi48_4mm.npz'), 'masks');
    table.forEach((row, i) => {
      const voxels = Int16Array.from(masks.subarray(i * MASK ** 3, (i + 1) * MASK ** 3));
      const file = niftiFile(voxels, [MASK, MASK, MASK], [MASK_SPACING, MASK_SPACING, MASK_SPACING]);
      writeFileSync(join(scans, `${caseOf(row)}.nii.gz`), file);
    });
  }
  const known = (row: TableRow): Row => ({
    path: `${caseOf(row)}.nii.gz`,
    patient: caseOf(row),
    s_sex: row['sex']?.startsWith('transgender') === true ? '' : (row['sex'] ?? ''),
    x_age: row['age'] ?? '',
    x_bmi: row['bmi'] ?? '',
    x_smoking: row['smoking'] === 'not_found_in_emr' ? '' : (row['smoking'] ?? ''),
    x_size_cm: row['radiographic_size_cm'] ?? '',
    x_egfr: row['egfr'] ?? '',
  });
  const stages = table.filter((row) => /^[1-4]/.test(row['t_stage'] ?? ''));
  const malignant = (row: TableRow): Row => ({
    ...known(row),
    label: /^[34]/.test(row['t_stage'] ?? '') ? 'high' : 'low',
  });
  return {
    scans,
    manifests: {
      death: write(
        folder,
        'death',
        table.map((row) => ({ ...known(row), time: row['days'] ?? '', event: row['dead'] ?? '' })),
      ),
      stage: write(folder, 'stage', stages.map(malignant)),
      tumour: write(
        folder,
        'tumour',
        table.map((row) => ({
          patient: caseOf(row),
          time: row['days'] ?? '',
          event: row['dead'] ?? '',
          x_log_tumour_ml: Math.log(Number(row['tumor_ml'])),
        })),
      ),
      kidney: write(
        folder,
        'kidney',
        table
          .filter((row) => row['sex'] === 'male' || row['sex'] === 'female')
          .map((row) => ({
            patient: caseOf(row),
            label: row['sex'] ?? '',
            x_kidney_ml: row['kidney_ml'] ?? '',
          })),
      ),
    },
  };
}

const caseOf = (row: TableRow): string => present(row['case'], 'a case');

/** Manifest `volume`: millilitres of both parts of the hippocampus. */
export async function hippocampus(data: string, folder: string): Promise<BenchCohort> {
  const source = resolve(data, 'labelled/msd_hippocampus');
  mkdirSync(folder, { recursive: true });
  const rows: Row[] = [];
  for (const [name, { counts, spacing }] of await readLabelMap(join(source, 'labels'))) {
    const voxels = counts.reduce((sum, count, label) => sum + (label === 0 ? 0 : count), 0);
    const millilitres = (voxels * spacing[0] * spacing[1] * spacing[2]) / 1000;
    rows.push({ path: name, patient: name.replace('.nii.gz', ''), value: millilitres.toFixed(4) });
  }
  return { scans: join(source, 'images'), manifests: { volume: write(folder, 'volume', rows) } };
}

/** Manifest `ill`: healthy or ill. */
export function ultrasound(data: string, folder: string): BenchCohort {
  const plain = (name: string): string =>
    name
      .replace(/\.[^.]*$/, '')
      .replace(/[ +]/g, '')
      .toLowerCase();
  const clips = new Map(
    readTable(join(data, 'outcomes/ultrasound/clips.csv')).map((row) => [plain(row['file'] ?? ''), row]),
  );
  const table = readTable(join(data, 'labelled/ultrasound.tsv'));
  const source = resolve(data, 'formats/ultrasound_cine');
  const scans = join(folder, 'scans');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(scans)) symlinkSync(source, scans);
  const rows = table.map((row) => {
    const name = row['source_video'] ?? '';
    const clip = present(clips.get(plain(name)), `clip ${name}`);
    return {
      path: (row['path'] ?? '').replace('../formats/ultrasound_cine/', ''),
      patient: clip['pat'] === '' ? name : `patient ${clip['pat']}`,
      label: row['label'] === 'regular' ? 'healthy' : 'ill',
    };
  });
  return { scans: source, manifests: { ill: write(folder, 'ill', rows) } };
}

function write(folder: string, name: string, rows: readonly Row[]): string {
  const columns = Object.keys(present(rows[0], 'rows'));
  const lines = rows.map((row) => columns.map((column) => row[column] ?? '').join(','));
  const path = join(folder, `${name}.csv`);
  writeFileSync(path, `${[columns.join(','), ...lines].join('\n')}\n`);
  return path;
}
