/**
 * Slices of a DICOM scan by the pictures that they were stored in, arranged as reading the scan arranges them, without decoding
 * any pixel.
 */
import { UserError, present } from '../../core/errors.js';
import type { ScanFile } from '../../scans/folder/scan-file.js';
import { openDicom } from '../../scans/formats/dicom/elements/file.js';
import { arrange } from '../../scans/formats/dicom/frames/arrange.js';
import { geometryOf } from '../../scans/formats/dicom/frames/place.js';
import { chosenSlices, sliceSet } from '../../scans/formats/dicom/frames/slice-set.js';
import { seriesTiming } from '../../scans/formats/dicom/frames/timing.js';
import type { Grid, SlicePlace, Target } from './target.js';

const UID = { study: 'x0020000d', series: 'x0020000e', instance: 'x00080018' } as const;

export interface DicomSlices extends Pick<Target, 'uids' | 'pictures'> {
  readonly grid: Grid;
  readonly modality: string | null;
}

export async function dicomSlices({ paths, part }: ScanFile): Promise<DicomSlices> {
  const files = [];
  for (const path of paths) files.push(await openDicom(path));
  const sets = files.map(sliceSet);
  const { slices, among } = chosenSlices(
    sets.flatMap((set) => set.slices),
    part?.look ?? null,
  );
  const arrangement = arrange(slices);
  const { frames } = arrangement;
  const problem = sets.find((set) => set.problem !== null)?.problem ?? among ?? arrangement.problem;
  if (problem !== null) throw new UserError({ subject: paths[0], problem, fix: 'see voxolve scans' });
  const first = present(frames[0]?.[0], 'a slice');
  const depth = frames[0]?.length ?? 0;
  const pictures = new Map<string, SlicePlace[]>();
  const uid = (tag: string): string => (first.file.data.string(tag) ?? '').trim();
  frames.forEach((row, frame) =>
    row.forEach(({ file, picture, corner, frame: stored }, z) => {
      const instance = (file.data.string(UID.instance) ?? '').trim();
      const places = pictures.get(instance) ?? [];
      places.push({
        slice: frame * depth + z,
        frame: stored,
        corner,
        picture: [picture.columns, picture.rows],
      });
      pictures.set(instance, places);
    }),
  );
  const { affine, spacing } = geometryOf(first, arrangement);
  const { frameTime } = seriesTiming(files, frames);
  return {
    uids: { study: uid(UID.study), series: uid(UID.series) },
    pictures,
    modality: first.file.data.string('x00080060')?.trim() ?? null,
    grid: { size: [first.columns, first.rows, depth], frames: frames.length, affine, spacing, frameTime },
  };
}
