/**
 * Labelled scans for probes: a manifest, the prepared images, and crops with a class.
 *
 * A manifest is a CSV or TSV table with columns `path`, `patient` and either `label` (a class of the whole scan) or `labels`
 * (a file of voxel labels on the image's grid). Paths are relative to the manifest.
 */
import { basename, dirname, resolve } from 'node:path';
import type { Triple } from '../core/tensor.js';
import { UserError } from '../core/errors.js';
import type { Rng } from '../core/random.js';
import { cropAt } from '../scans/sampling/crops.js';
import { readAlone } from '../scans/read-alone.js';
import { canonicalTriple, canonicalVoxels, orientationOf } from '../scans/geometry.js';
import { transformsOf, type ScanOptions } from '../scans/options.js';
import { prepare } from '../scans/preprocess/preprocess.js';
import { resample } from '../scans/preprocess/resample.js';
import { namedSplit } from '../scans/folder/manifest.js';
import { readTable } from '../scans/folder/table.js';
import { memoryVolume, wholeVolume, type Crop, type Volume } from '../scans/sampling/scan-set.js';

export interface LabelledFile {
  readonly path: string;
  readonly patient: string;
  /** Class of the whole scan. */
  readonly label?: string;
  /** File of voxel labels. */
  readonly labels?: string;
}

export interface LabelledVolume {
  readonly volume: Volume;
  /** Class of the whole scan, or of each voxel `[D, H, W]`; 0 for voxels of no structure, negative where nothing is known. */
  readonly labels: number | Uint8Array | Int32Array;
}

export interface LabelledCrop {
  readonly crop: Crop;
  readonly label: number;
  readonly patient: number;
}

/** Rows without a label are left out: most scans of a manifest may have none; so are rows that are kept for the test. */
export function readLabelledManifest(path: string): LabelledFile[] {
  const beside = (name: string): string => resolve(dirname(path), name);
  const files = readTable(path).flatMap((row, index): LabelledFile[] => {
    const { patient = '', label = '', labels = '' } = row;
    const file = row['path'] ?? row['file'] ?? '';
    if ((label === '' && labels === '') || namedSplit(row['split'] ?? '') === 'test') return [];
    if (file === '' || patient === '' || (label !== '' && labels !== '')) {
      throw new UserError({
        subject: `${path} line ${index + 2}`,
        problem: 'needs path, patient, and either label (a class) or labels (a file)',
        fix: 'correct the row',
      });
    }
    return [{ path: beside(file), patient, ...(label === '' ? { labels: beside(labels) } : { label }) }];
  });
  if (files.length > 0) return files;
  throw new UserError({
    subject: path,
    problem:
      'labels no scan; a labelled scan has path, patient, and either label (a class) or labels (a file)',
    fix: 'add a column label or labels',
  });
}

/** Reads and prepares images as pretraining does; labels follow by nearest voxel. */
export async function loadLabelled(
  files: readonly LabelledFile[],
  options: ScanOptions,
): Promise<LabelledVolume[]> {
  const transforms = transformsOf(options);
  const patients = [...new Set(files.map(({ patient }) => patient))];
  const classes = [...new Set(files.flatMap(({ label }) => (label === undefined ? [] : [label])))].sort();
  const volumes: LabelledVolume[] = [];
  for (const { path, patient, label, labels } of files) {
    const [prepared] = prepare(path, await read(path), transforms);
    if (prepared === undefined) continue;
    const { shape, spacing, frameTime, voxels, foreground } = prepared;
    const volume = memoryVolume(
      {
        id: basename(path),
        split: 'validation',
        patient: patients.indexOf(patient),
        modality: null,
        shape,
        spacing,
        frameTime,
      },
      voxels,
      foreground,
    );
    const target = volume.shape.slice(1) as unknown as Triple;
    volumes.push({
      volume,
      labels:
        labels === undefined
          ? classes.indexOf(label ?? '')
          : await voxelLabels(labels, target, transforms.spacing),
    });
  }
  return volumes;
}

async function read(path: string) {
  const scan = await readAlone(path);
  if (scan.problem !== undefined)
    throw new UserError({ subject: path, problem: scan.problem, fix: 'convert it to one NIfTI file' });
  return scan;
}

/** The most present label of each voxel of the prepared grid `[D, H, W]`: each label is resampled by itself. */
async function voxelLabels(path: string, shape: Triple, spacing: Triple): Promise<Int32Array> {
  const scan = await read(path);
  const orientation = orientationOf(scan.affine);
  const size = canonicalTriple(orientation, scan.size);
  const stored = canonicalVoxels(scan.voxels, scan.size, 0, orientation);
  const labels = new Int32Array(shape[0] * shape[1] * shape[2]);
  const most = new Float32Array(labels.length);
  for (const label of [...new Set(stored)].sort((a, b) => a - b)) {
    const present = resample(
      stored.map((value) => (value === label ? 1 : 0)),
      size,
      canonicalTriple(orientation, scan.spacing),
      spacing,
    );
    if (present.shape.join() !== shape.join()) {
      throw new UserError({
        subject: path,
        problem: `labels cover ${present.shape.join(' × ')} voxels, the image ${shape.join(' × ')}`,
        fix: 'give labels on the grid of the image',
      });
    }
    present.voxels.forEach((share, i) => {
      if (share > (most[i] ?? 0)) {
        most[i] = share;
        labels[i] = label;
      }
    });
  }
  return labels;
}

/**
 * Crops of `size` with the class of their central voxel: up to `perClass` of each class and scan, at random places
 * where the crop lies inside. Scans with one class for all give `perClass` crops.
 */
export function drawLabelled(
  volumes: readonly LabelledVolume[],
  size: Triple,
  perClass: number,
  rng: Rng,
): LabelledCrop[] {
  return volumes.flatMap(({ volume, labels }, index) => {
    const draw = rng.split('volume', index);
    const [, depth, height, width] = volume.shape;
    const { foreground } = wholeVolume(volume);
    const byClass = new Map<number, Triple[]>();
    for (let d = 0; d + size[0] <= depth; d++) {
      for (let h = 0; h + size[1] <= height; h++) {
        for (let w = 0; w + size[2] <= width; w++) {
          const centre = ((d + (size[0] >> 1)) * height + h + (size[1] >> 1)) * width + w + (size[2] >> 1);
          if (typeof labels === 'number' || foreground[centre] === 1) {
            const label = typeof labels === 'number' ? labels : (labels[centre] ?? 0);
            if (label < 0) continue;
            const places = byClass.get(label) ?? [];
            byClass.set(label, places);
            places.push([d, h, w]);
          }
        }
      }
    }
    return [...byClass].flatMap(([label, places]) =>
      draw
        .split('class', label)
        .sample(places, perClass)
        .map((corner) => ({ crop: cropAt(volume, corner, size), label, patient: volume.patient })),
    );
  });
}
