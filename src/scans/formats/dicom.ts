/**
 * DICOM: classic series, enhanced multi-frame files, clips and grids (Siemens mosaics, UIH), in the transfer syntaxes
 * of `dicom/codecs.ts`.
 *
 * Source: https://www.dicomstandard.org/current
 * Its frame is LPS. Every file is taken apart into slices, and all slices of a series are put together again by their
 * positions, whatever way they came. Identifiers leave as pseudonyms.
 */
import { present } from '../../core/errors.js';
import { affineOfColumns, type Triple } from '../geometry.js';
import { arrange, type Arrangement } from './dicom/arrange.js';
import { decimal, decimals, itemsOf, openDicom, type DicomFile } from './dicom/file.js';
import { isDicom } from './dicom/recognise.js';
import { pictureOf } from './dicom/picture.js';
import { gridSlicesOf } from './dicom/grid.js';
import { planeOf, slicesOf, type Slice } from './dicom/slices.js';
import { annotationRemarks, clipTiming, regionSpacingOf } from './dicom/ultrasound.js';
import { cross, dot, scaled } from './dicom/vectors.js';
import { voxelsOf } from './dicom/voxels.js';
import { evenTiming, timing, type FileFacts, type Format, type ScanInfo } from './format.js';

export const dicom: Format = {
  name: 'dicom',
  source: 'https://www.dicomstandard.org/current',
  extensions: ['.dcm', '.dicom', '.ima', '.dcm.gz'],
  recognises: isDicom,
  async facts(path, pseudonym): Promise<FileFacts> {
    const file = await openDicom(path);
    const { data } = file;
    const text = (tag: string): string => (data.string(tag) ?? '').trim();
    const patient = text('x00100020') === '' ? text('x00100010') : text('x00100020');
    const study = text('x0020000d');
    return {
      series: pseudonym(seriesKey(file)),
      instance: pseudonym(text('x00080018') === '' ? path : text('x00080018')),
      study: study === '' ? null : pseudonym(study),
      patient: patient === '' ? null : pseudonym(patient),
      aside: null,
      place: placeOf(file),
    };
  },
  async read(...paths) {
    const files = [];
    for (const path of paths) files.push(await openDicom(path));
    const slices = files.flatMap((file) => {
      const picture = pictureOf(file);
      return gridSlicesOf(file, picture) ?? slicesOf(file, picture);
    });
    const arrangement = arrange(slices);
    const { frames, problem } = arrangement;
    const first = present(frames[0]?.[0], 'a slice');
    const depth = frames[0]?.length ?? 0;
    const { data } = first.file;
    const voxels = await voxelsOf(frames);
    return {
      format: 'dicom',
      modality: data.string('x00080060')?.trim() ?? null,
      size: [first.columns, first.rows, depth],
      frames: frames.length,
      ...geometryOf(first, arrangement),
      ...timingOf(files, frames),
      remarks: annotationRemarks(data, first.picture, voxels),
      ...(problem === null ? {} : { problem }),
      voxels,
    };
  },
};

/** Millimetres along the normal of a classic file's slice. */
function placeOf({ data }: DicomFile): number | null {
  const plane = planeOf(decimals(data, 'x00200032', 3), decimals(data, 'x00200037', 6));
  return plane === null ? null : dot(plane.position, cross(plane.right, plane.down));
}

/**
 * Text that files of one scan share. Within a series, pictures of another size or direction (localisers), echo, or
 * kind are other scans; so is each file whose pictures have no place in the body.
 */
function seriesKey({ path, data }: DicomFile): string {
  const frames = decimal(data, 'x00280008') ?? 1;
  const enhanced = itemsOf(data, 'x52009230').length > 0;
  const orientation = decimals(data, 'x00200037', 6);
  const alone = !enhanced && (frames > 1 || orientation === undefined);
  const parts = ['x0020000e', 'x00080060', 'x00180086', 'x00180024'].map((tag) => data.string(tag) ?? '');
  return [
    ...parts,
    data.uint16('x00280010'),
    data.uint16('x00280011'),
    ...(orientation ?? []).map((cosine) => Math.round(cosine * 1000)),
    // Magnitude, phase and the like, but not what numbers each file.
    ...(data.string('x00080008') ?? '').split('\\').slice(0, 4),
    alone ? path : '',
    // Anonymised files may have no series.
    parts[0] === '' ? data.string('x00200052') : '',
  ].join('|');
}

function geometryOf(
  { plane, pixelSpacing, thickness, file }: Slice,
  { step }: Arrangement,
): Pick<ScanInfo, 'affine' | 'spacing' | 'calibrated'> {
  const known = pixelSpacing ?? regionSpacingOf(file.data);
  const [across, down] = known ?? [1, 1];
  const columns: readonly [Triple, Triple, Triple] =
    plane === null
      ? [
          [across, 0, 0],
          [0, down, 0],
          [0, 0, thickness ?? 1],
        ]
      : [scaled(plane.right, across), scaled(plane.down, down), step ?? [0, 0, 1]];
  return {
    affine: affineOfColumns(columns, plane?.position ?? [0, 0, 0], 'LPS'),
    spacing: [across, down, Math.hypot(...columns[2])],
    calibrated: known !== null,
  };
}

/** Seconds between frames: of a clip by its own tags; of slices at one place by trigger; else by repetition. */
function timingOf(
  files: readonly DicomFile[],
  frames: Arrangement['frames'],
): Pick<ScanInfo, 'frameTime' | 'frameTimes'> {
  const first = frames[0]?.[0];
  if (first === undefined || frames.length < 2) return evenTiming(1, null);
  if (files.length === 1 && first.plane === null) return clipTiming(first.file.data, frames.length);
  const triggers = frames.map((slices) => decimal(slices[0]?.file.data, 'x00181060'));
  if (frames[0]?.length === 1 && triggers.every((ms) => ms !== undefined)) {
    const measured = timing(triggers.map((ms) => ms / 1000));
    if (measured.frameTime !== null) return measured;
  }
  const shared = itemsOf(first.file.data, 'x52009229')[0];
  const repetition =
    decimal(first.file.data, 'x00180080') ?? decimal(itemsOf(shared, 'x00189112')[0], 'x00180080');
  return evenTiming(frames.length, repetition === undefined ? null : repetition / 1000);
}
