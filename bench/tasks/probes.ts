/**
 * Labelled crops with which `npm run bench:tasks` probes encoders.
 */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../../src/core/errors.js';
import { rngOf } from '../../src/core/random.js';
import {
  drawLabelled,
  loadLabelled,
  type LabelledCrop,
  type LabelledFile,
} from '../../src/probes/labelled.js';
import { ScanOptions } from '../../src/scans/options.js';
import { readTable } from '../../src/scans/folder/table.js';

/** Crops of 16³ voxels of 1 mm around voxels of the anterior and posterior hippocampus and of neither, by folder. */
export async function hippocampusCrops(folder: string): Promise<readonly LabelledCrop[]> {
  const images = join(folder, 'images');
  if (!existsSync(images)) {
    throw new UserError({
      subject: '--labelled',
      problem: `${folder} has no folder images`,
      fix: 'name a folder with images/ and labels/ of the same file names',
    });
  }
  const files = readdirSync(images)
    .filter((name) => name.endsWith('.nii.gz'))
    .sort()
    .map((name): LabelledFile => ({
      path: join(images, name),
      patient: name,
      labels: join(folder, 'labels', name),
    }));
  const volumes = await loadLabelled(files, ScanOptions.parse({ spacing: 1 }));
  return drawLabelled(volumes, [16, 16, 16], 1, rngOf('bench', 'labelled'));
}

/**
 * Four crops of 8 frames and 32 × 32 pixels of each clip, labelled by whether the lung is healthy ("regular").
 *
 * @param table TSV with the columns `path` (relative to it), `source_video` and `label`. Clips of one patient or set
 *   have names that differ in their last number only.
 */
export async function cineCrops(table: string, options: ScanOptions): Promise<readonly LabelledCrop[]> {
  const files = readTable(table).map(
    ({ path = '', source_video: source = '', label = '' }): LabelledFile => ({
      path: resolve(dirname(table), path),
      patient: source.replace(/(_vid|_clip|_v|Image_|_)?\d*\.\w+$/, ''),
      label: label === 'regular' ? 'healthy' : 'ill',
    }),
  );
  const films = await loadLabelled(files, options);
  const size = [8, 32, 32] as const;
  const large = films.filter(({ volume }) =>
    size.every((side, axis) => side <= (volume.shape[axis + 1] ?? 0)),
  );
  return drawLabelled(large, size, 4, rngOf('bench', 'films'));
}

/** Wraps `make` so that it runs once, on first use. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
