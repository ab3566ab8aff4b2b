/**
 * DICOM: classic series, enhanced multi-frame files, clips and grids (Siemens mosaics, UIH), in the transfer syntaxes
 * of `dicom/codecs.ts`.
 *
 * Source: https://www.dicomstandard.org/current
 * Its frame is LPS. Every file is taken apart into slices, and all slices of a series are put together again by their
 * positions, whatever way they came. Identifiers leave as pseudonyms.
 */
import type { DataSet } from 'dicom-parser';
import { UserError, present } from '../../core/errors.js';
import { affineOfColumns, type Triple } from '../geometry.js';
import { arrange, type Arrangement } from './dicom/arrange.js';
import { asideOf } from './dicom/aside.js';
import { decimal, decimals, itemsOf, openDicom, type DicomFile } from './dicom/file.js';
import { isDicom } from './dicom/recognise.js';
import { pictureOf } from './dicom/picture.js';
import { gridSlicesOf } from './dicom/grid.js';
import { planeOf } from './dicom/plane.js';
import { slicesOf, type Slice } from './dicom/slices.js';
import { seriesTiming } from './dicom/timing.js';
import { annotationRemarks, regionSpacingOf } from './dicom/ultrasound.js';
import { cross, dot, scaled } from './dicom/vectors.js';
import { voxelsOf } from './dicom/voxels.js';
import type { FileFacts, Format, RawScan, ScanInfo } from './format.js';
import { ASIDES, isAskable, type AsideName } from './asides.js';
import { distinctLooks, groupLooks, labelsOf, lookId, type Look } from './looks.js';

export const dicom: Format = {
  name: 'dicom',
  source: 'https://www.dicomstandard.org/current',
  revision: 2,
  extensions: ['.dcm', '.dicom', '.ima', '.dcm.gz'],
  recognises: isDicom,
  async facts(path, pseudonym): Promise<FileFacts> {
    const file = await openDicom(path);
    const { data } = file;
    const text = (tag: string): string => (data.string(tag) ?? '').trim();
    const patient = text('x00100020') === '' ? text('x00100010') : text('x00100020');
    const study = text('x0020000d');
    const aside = asideOf(data);
    return {
      series: pseudonym(seriesKey(file)),
      instance: pseudonym(instanceKey(file)),
      looks: looksOf(file, aside),
      study: study === '' ? null : pseudonym(study),
      patient: patient === '' ? null : pseudonym(patient),
      aside,
      place: placeOf(file),
    };
  },
  async read(...paths) {
    return scanOf(await opened(paths), null);
  },
  async readPart(look, ...paths) {
    return scanOf(await opened(paths), look);
  },
};

/** None of what is no scan and can not be asked for, or holds no pictures. */
function looksOf(file: DicomFile, aside: AsideName | null): Look[] {
  if (aside !== null && !isAskable(aside)) return [];
  try {
    return distinctLooks(sliceSet(file).slices.map(({ look }) => look));
  } catch (cause) {
    if (aside !== null && cause instanceof UserError) return [];
    throw cause;
  }
}

async function opened(paths: readonly string[]): Promise<DicomFile[]> {
  const files = [];
  for (const path of paths) files.push(await openDicom(path));
  return files;
}

/** @param look that of a slice of the scan to read; null where the files hold one */
async function scanOf(files: readonly DicomFile[], look: string | null): Promise<RawScan> {
  files.forEach(refuseSlide);
  const sets = files.map(sliceSet);
  const { slices, among } = chosen(
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

/** Slides are too large to be decoded in vain. */
function refuseSlide({ path, data }: DicomFile): void {
  if (asideOf(data) !== 'whole slide') return;
  const problem = `is a whole slide: ${ASIDES['whole slide'].is}`;
  throw new UserError({ subject: path, problem, fix: 'remove it' });
}

/** The slices of the scan with this look; without one, of the first, and what else there is. */
function chosen(
  slices: readonly Slice[],
  look: string | null,
): { slices: readonly Slice[]; among: string | null } {
  const scans = groupLooks(distinctLooks(slices.map((slice) => slice.look)));
  const of = (group: readonly Look[]): Slice[] => {
    const ids = new Set(group.map(lookId));
    return slices.filter((slice) => ids.has(lookId(slice.look)));
  };
  if (look !== null) {
    const group = scans.find((looks) => looks.some((each) => lookId(each) === look));
    return { slices: of(present(group, 'the scan that the index saw')), among: null };
  }
  const [first = [], ...others] = scans;
  const among =
    others.length === 0
      ? null
      : `holds ${scans.length} scans (${labelsOf(scans).join('; ')}), to be read one by one`;
  return { slices: of(first), among };
}

function sliceSet(file: DicomFile): { readonly slices: readonly Slice[]; readonly problem: string | null } {
  const picture = pictureOf(file);
  const grid = gridSlicesOf(file, picture);
  return grid === null ? slicesOf(file, picture) : { slices: grid, problem: null };
}

/** Millimetres along the normal of a classic file's slice. */
function placeOf({ data }: DicomFile): number | null {
  const plane = planeOf(decimals(data, 'x00200032', 3), decimals(data, 'x00200037', 6));
  return plane === null ? null : dot(plane.position, cross(plane.right, plane.down));
}

/**
 * Text that files of one series share: a scan, or several that their looks tell apart. A file whose pictures have no
 * place in the body is a series of its own.
 */
function seriesKey({ path, data }: DicomFile): string {
  const frames = decimal(data, 'x00280008') ?? 1;
  const enhanced = itemsOf(data, 'x52009230').length > 0;
  const alone = !enhanced && (frames > 1 || decimals(data, 'x00200037', 6) === undefined);
  const series = data.string('x0020000e') ?? '';
  return [
    series,
    data.string('x00080060') ?? '',
    alone ? path : '',
    // Anonymised files may have no series.
    series === '' ? data.string('x00200052') : '',
  ].join('|');
}

/** Text that copies of a file share, and slices do not to which a writer gave one instance UID. */
function instanceKey({ path, data }: DicomFile): string {
  const text = (tag: string): string => (data.string(tag) ?? '').trim();
  const uid = text('x00080018');
  if (uid === '') return path;
  // Place; instance, acquisition and temporal position numbers; times of acquisition, content and trigger.
  const others = [
    'x00200032',
    'x00200037',
    'x00200013',
    'x00200012',
    'x00200100',
    'x00080032',
    'x00080033',
    'x00181060',
  ];
  return [uid, ...others.map(text)].join('|');
}

/** Width of a pixel over its height, where the file says no more of its size (PS3.3 C.7.6.3.1.7); else 1. */
function aspectOf(data: DataSet): number {
  const [height, width] = decimals(data, 'x00280034', 2) ?? [];
  return height !== undefined && width !== undefined && height > 0 && width > 0 ? width / height : 1;
}

function geometryOf(
  { plane, pixelSpacing, thickness, file }: Slice,
  { step }: Arrangement,
): Pick<ScanInfo, 'affine' | 'spacing' | 'calibrated'> {
  const known = pixelSpacing ?? regionSpacingOf(file.data);
  const [across, down] = known ?? [aspectOf(file.data), 1];
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
