/**
 * What a scan tells without being understood: how its file was made and how bright it is where. A model of outcomes that is no
 * better than one of these numbers has learned how scans were taken, not what they show.
 *
 * All of it is as stored, before anything is resampled or standardised.
 */
import { statSync } from 'node:fs';
import { extname } from 'node:path';
import { UserError } from '../../core/errors.js';
import { linearQuantile } from '../../core/statistics/quantiles.js';
import type { ScanFile } from '../../scans/folder/scan-file.js';
import type { RawScan } from '../../scans/formats/format.js';
import { readRaw } from '../../scans/read.js';
import type { Covariate } from './cohort.js';

/** Numbers and words by name; null: the file does not say. */
export type Metadata = Readonly<Record<string, number | string | null>>;

/** Blocks of the mean frame along each of its axes. */
const BLOCKS = 8;

const QUANTILES = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1];

/** Voxels that quantiles are taken of: more are thinned evenly. */
const MOST_VOXELS = 200_000;

/** Reads a scan's files for its metadata. `layout`: axes of NumPy arrays, as in the options of scans. */
export async function readMetadata(file: ScanFile, layout?: string): Promise<Metadata> {
  if (file.format === undefined)
    throw new UserError({ subject: file.name, problem: 'is of no known format', fix: 'remove its row' });
  const bytes = file.paths.reduce((sum, path) => sum + statSync(path).size, 0);
  const ending = extname(file.name.replace(/\.gz$/i, '')).toLowerCase();
  const scan = await readRaw(file, file.format, layout);
  return metadataOf(scan, { container: ending === '' ? scan.format : ending, bytes });
}

/** Metadata of a scan as it is stored, in a container of so many bytes. */
export function metadataOf(
  scan: RawScan,
  { container, bytes }: { readonly container: string; readonly bytes: number },
): Metadata {
  const { size, spacing, calibrated, frames, frameTime, modality } = scan;
  const [columns, rows, slices] = size;
  const millimetres = (axis: 0 | 1 | 2): number | null => (calibrated ? spacing[axis] : null);
  return {
    container,
    modality,
    kilobytes: bytes / 1024,
    columns,
    rows,
    slices,
    frames,
    spacing_columns: millimetres(0),
    spacing_rows: millimetres(1),
    spacing_slices: millimetres(2),
    frame_rate: frameTime === null ? null : 1 / frameTime,
    ...quantilesOf(scan),
    ...meanFrameOf(scan),
  };
}

/** The same of many scans, as covariates: what differs between them becomes columns of a baseline. */
export function metadataCovariates(scans: readonly Metadata[]): Covariate[] {
  const names = [...new Set(scans.flatMap((scan) => Object.keys(scan)))];
  return names.map((name) => {
    const values = scans.map((scan) => scan[name] ?? null);
    const kind = values.some((value) => typeof value === 'string') ? 'category' : 'number';
    return { column: `x_${name}`, kind, values };
  });
}

function quantilesOf({ voxels }: RawScan): Metadata {
  const step = Math.max(1, Math.ceil(voxels.length / MOST_VOXELS));
  const thinned = Float64Array.from({ length: Math.ceil(voxels.length / step) }, (_, i) =>
    Number(voxels[i * step]),
  );
  const sorted = thinned.filter(Number.isFinite).sort();
  const at = (rank: number): number => sorted[rank] ?? 0;
  return Object.fromEntries(
    QUANTILES.map((q) => [
      `quantile_${q * 100}`,
      sorted.length === 0 ? null : linearQuantile(q, sorted.length, at),
    ]),
  );
}

/** Means of 8 × 8 blocks of the mean over slices and frames, `block_ROW_COLUMN` from the first stored row and column. */
function meanFrameOf({ voxels, size: [columns, rows] }: RawScan): Metadata {
  const plane = new Float64Array(columns * rows);
  const counts = new Float64Array(columns * rows);
  for (let i = 0; i < voxels.length; i++) {
    const value = Number(voxels[i]);
    if (!Number.isFinite(value)) continue;
    const at = i % plane.length;
    plane[at] = (plane[at] ?? 0) + value;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const blocks: Record<string, number> = {};
  for (let row = 0; row < BLOCKS; row++) {
    for (let column = 0; column < BLOCKS; column++) {
      let [sum, count] = [0, 0];
      for (const y of pixelsOf(row, rows)) {
        for (const x of pixelsOf(column, columns)) {
          if (counts[y * columns + x] === 0) continue;
          sum += (plane[y * columns + x] ?? 0) / (counts[y * columns + x] ?? 1);
          count += 1;
        }
      }
      blocks[`block_${row}_${column}`] = count === 0 ? 0 : sum / count;
    }
  }
  return blocks;
}

/** Pixels of a block along an axis, one at least. */
function pixelsOf(block: number, extent: number): number[] {
  const first = Math.min(extent - 1, Math.floor((block * extent) / BLOCKS));
  const end = Math.max(first + 1, Math.floor(((block + 1) * extent) / BLOCKS));
  return Array.from({ length: end - first }, (_, i) => first + i);
}
