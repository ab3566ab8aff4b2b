/**
 * Writes labels for annotation programs: MD.ai's JSON, or a folder of DICOM segmentations. All is there, or nothing.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../core/errors.js';
import { unfinishedName, writeAtomically } from '../../core/atomic-write.js';
import type { Settled } from '../readers/classes.js';
import type { LabelClass } from '../readers/label-map.js';
import type { SettledMask } from '../readers/masks.js';
import type { Opinion } from '../readers/opinion.js';
import { segBytes } from './dicom-seg.js';
import { drawnOnScan, labelIds, mdaiText, saidOfScan, type LabelIds, type MdaiAnnotation } from './mdai.js';
import type { Place } from './place.js';

export interface ExportOptions {
  readonly nameOf: (reader: string) => string;
  /** Ids that labels have in a project of MD.ai. */
  readonly known: LabelIds;
}

export interface Exported {
  /** Masks that were written. */
  readonly rows: number;
  /** Voxels that are unknown, which neither program can be told. */
  readonly unknown: number;
}

export async function exportClasses(
  { as, path }: Place,
  rows: readonly Settled[],
  { nameOf, known }: ExportOptions,
): Promise<void> {
  if (as === 'dicom-seg')
    throw new UserError({
      subject: path,
      problem: 'would hold labels of whole scans, which are no segmentation',
      fix: 'write them with --to mdai',
    });
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  const ids = labelIds({ labels, known });
  const annotations = rows.map(({ opinions, label }) =>
    saidOfScan((opinions[0] as Opinion).target, ids.get(label) ?? '', namesOf(opinions, nameOf).join('+')),
  );
  await writeAtomically(path, mdaiText({ labels, kind: 'classes', known }, annotations));
}

export async function exportMasks(
  place: Place,
  settled: AsyncIterable<SettledMask>,
  classes: readonly LabelClass[],
  options: ExportOptions,
): Promise<Exported> {
  return place.as === 'mdai'
    ? exportDrawings(place, settled, classes, options)
    : exportSegmentations(place, settled, classes, options);
}

async function exportDrawings(
  { path }: Place,
  settled: AsyncIterable<SettledMask>,
  classes: readonly LabelClass[],
  { nameOf, known }: ExportOptions,
): Promise<Exported> {
  const labels = classes.map(({ name }) => name);
  const ids = labelIds({ labels, known });
  const byNumber = new Map(classes.map(({ name, number }) => [number, ids.get(name) ?? '']));
  const annotations: MdaiAnnotation[] = [];
  let [rows, unknown] = [0, 0];
  for await (const mask of settled) {
    annotations.push(...drawnOnScan(mask, byNumber, namesOf(mask.opinions, nameOf).join('+')));
    unknown += unknownIn(mask);
    rows++;
  }
  await writeAtomically(path, mdaiText({ labels, kind: 'masks', known }, annotations));
  return { rows, unknown };
}

async function exportSegmentations(
  { path }: Place,
  settled: AsyncIterable<SettledMask>,
  classes: readonly LabelClass[],
  { nameOf }: ExportOptions,
): Promise<Exported> {
  const unfinished = unfinishedName(path);
  let [rows, unknown] = [0, 0];
  mkdirSync(unfinished);
  try {
    for await (const mask of settled) {
      rows++;
      unknown += unknownIn(mask);
      const bytes = await segBytes(mask, { classes, readers: namesOf(mask.opinions, nameOf) });
      writeFileSync(join(unfinished, `${String(rows).padStart(5, '0')}.dcm`), bytes);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
  return { rows, unknown };
}

const namesOf = (opinions: readonly Opinion[], nameOf: (reader: string) => string): string[] =>
  opinions.map(({ reader }) => nameOf(reader)).filter((name) => name !== '');

function unknownIn({ voxels }: SettledMask): number {
  let count = 0;
  for (const voxel of voxels) if (voxel < 0) count++;
  return count;
}
