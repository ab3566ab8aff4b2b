/**
 * DICOM: classic series, enhanced multi-frame files, clips and grids (Siemens mosaics, UIH), in the transfer syntaxes
 * of `dicom/codecs.ts`.
 *
 * Source: https://www.dicomstandard.org/current
 * Its frame is LPS. Every file is split into slices, and all slices of a series are assembled by their positions,
 * whatever kind of file they came from. Identifiers are replaced by pseudonyms.
 */
import { UserError, present } from '../../core/errors.js';
import { ASIDES } from './asides.js';
import { arrange } from './dicom/frames/arrange.js';
import { asideOf } from './dicom/meaning/aside.js';
import { factsOf } from './dicom/meaning/facts.js';
import { openDicom, type DicomFile } from './dicom/elements/file.js';
import { geometryOf } from './dicom/frames/place.js';
import { isDicom } from './dicom/elements/recognise.js';
import { chosenSlices, sliceSet } from './dicom/frames/slice-set.js';
import { seriesTiming } from './dicom/frames/timing.js';
import { annotationRemarks } from './dicom/frames/ultrasound.js';
import { voxelsOf } from './dicom/pixels/voxels.js';
import type { Format, RawScan } from './format.js';

export const dicom: Format = {
  name: 'dicom',
  source: 'https://www.dicomstandard.org/current',
  revision: 3,
  extensions: ['.dcm', '.dicom', '.ima', '.dcm.gz'],
  recognises: isDicom,
  async facts(path, pseudonym) {
    const file = await openDicom(path);
    return soundly(path, () => factsOf(file, pseudonym));
  },
  async read(...paths) {
    const files = await opened(paths);
    return soundly(paths[0], () => scanOf(files, null));
  },
  async readPart(look, ...paths) {
    const files = await opened(paths);
    return soundly(paths[0], () => scanOf(files, look));
  },
};

/** Turns exceptions of the parser into errors; it throws strings if an element is shorter than requested. */
async function soundly<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (typeof thrown !== 'string') throw thrown;
    const problem = 'damaged DICOM file (an element is shorter than it should be)';
    throw new UserError({ subject: path, problem, fix: 'copy it again from its source' });
  }
}

async function opened(paths: readonly string[]): Promise<DicomFile[]> {
  const files = [];
  for (const path of paths) files.push(await openDicom(path));
  return files;
}

/** @param look id of a look of the scan to read; null if the files hold a single scan */
async function scanOf(files: readonly DicomFile[], look: string | null): Promise<RawScan> {
  files.forEach(refuseSlide);
  const sets = files.map(sliceSet);
  const { slices, among } = chosenSlices(
    sets.flatMap((set) => set.slices),
    look,
  );
  const arrangement = arrange(slices);
  const { frames } = arrangement;
  const first = present(frames[0]?.[0], 'a slice');
  const problem = sets.find((set) => set.problem !== null)?.problem ?? among ?? arrangement.problem;
  const { voxels, padding } = await voxelsOf(frames);
  return {
    format: 'dicom',
    modality: first.file.data.string('x00080060')?.trim() ?? null,
    size: [first.columns, first.rows, frames[0]?.length ?? 0],
    frames: frames.length,
    ...geometryOf(first, arrangement),
    ...seriesTiming(files, frames),
    remarks: [
      ...annotationRemarks(first.file.data, first.picture, voxels),
      ...(padding === null ? [] : ['its pixel padding is not counted']),
    ],
    ...(problem === null ? {} : { problem }),
    ...(padding === null ? {} : { padding }),
    voxels,
  };
}

/** Refuses whole slides before they are decoded, since they are large. */
function refuseSlide({ path, data }: DicomFile): void {
  if (asideOf(data) !== 'whole slide') return;
  const problem = `is a whole slide: ${ASIDES['whole slide'].is}`;
  throw new UserError({ subject: path, problem, fix: 'remove it' });
}
