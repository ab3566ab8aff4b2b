/**
 * Facts that the index stores about a DICOM file: its series, its patient, the scans and kinds of scans it holds.
 *
 * Source: DICOM PS3.3 C.7.1 to C.7.3 (patient, study, series), C.12.1 (SOP Common).
 */
import { UserError } from '../../../../core/errors.js';
import { isAskable, type AsideName } from '../../asides.js';
import type { FileFacts, Pseudonym } from '../../format.js';
import { distinctLooks, type Look } from '../../looks.js';
import { asideOf } from './aside.js';
import { decimal, decimals, itemsOf, type DicomFile } from '../elements/file.js';
import { planeOf } from '../frames/plane.js';
import { sliceSet } from '../frames/slice-set.js';
import { storageClass } from '../elements/sop-classes.js';
import { cross, dot } from '../frames/vectors.js';

export function factsOf(file: DicomFile, pseudonym: Pseudonym): FileFacts {
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
}

/** Looks of the file's slices; empty for non-scans that can not be requested or that hold no pictures. */
function looksOf(file: DicomFile, aside: AsideName | null): Look[] {
  if (aside !== null && !isAskable(aside)) return [];
  try {
    return distinctLooks(sliceSet(file).slices.map(({ look }) => look));
  } catch (cause) {
    if (aside !== null && cause instanceof UserError) return [];
    throw cause;
  }
}

/** Millimetres along the normal of a classic file's slice. */
function placeOf({ data }: DicomFile): number | null {
  const plane = planeOf(decimals(data, 'x00200032', 3), decimals(data, 'x00200037', 6));
  return plane === null ? null : dot(plane.position, cross(plane.right, plane.down));
}

/** Storage classes of slices: CT, MR, PET. */
const SLICES = ['2', '4', '128'];

/**
 * Text that files of one series share: one scan, or several that differ in their looks. A file whose pictures have no
 * position in the body is a series of its own, unless they are slices, which should have one.
 */
function seriesKey({ path, data }: DicomFile): string {
  const frames = decimal(data, 'x00280008') ?? 1;
  const enhanced = itemsOf(data, 'x52009230').length > 0;
  const placed = decimals(data, 'x00200037', 6) !== undefined || SLICES.includes(storageClass(data));
  const alone = !enhanced && (frames > 1 || !placed);
  const series = data.string('x0020000e') ?? '';
  return [
    series,
    data.string('x00080060') ?? '',
    alone ? path : '',
    // Anonymised files may have no series.
    series === '' ? data.string('x00200052') : '',
  ].join('|');
}

/** Text that copies of a file share, but not different slices to which a writer gave the same instance UID. */
function instanceKey({ path, data }: DicomFile): string {
  const text = (tag: string): string => (data.string(tag) ?? '').trim();
  const uid = text('x00080018');
  if (uid === '') return path;
  // Position; instance, acquisition and temporal position numbers; times of acquisition, content and trigger.
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
