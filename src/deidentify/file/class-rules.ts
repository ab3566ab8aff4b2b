/**
 * Which kinds of files may leave by their header alone, and why others may not: those whose pixels are known to hold text or
 * faces need their pixels cleaned, and of kinds that are not listed nobody knows.
 *
 * Sources: DICOM PS3.4 table B.5-1 (storage SOP classes), PS3.15 E.3.1 (Clean Pixel Data Option).
 */
import type { OptionName } from '../attributes/options.js';
import { elementAt, textAt, type DataSet } from './data-set.js';
import type { Identity } from './part10.js';
import { Refusal, type ReasonCode } from './refusal.js';

const STORAGE = '1.2.840.10008.5.1.4.1.1.';
const DIRECTORY_CLASS = '1.2.840.10008.1.3.10';
const DIRECTORY_RECORDS = 0x00041220;

/** Reasons by the part of the class after the root of storage, or by a part of it that ends in a dot; the first counts. */
const REFUSED: readonly (readonly [string, ReasonCode])[] = [
  ['7', 'secondary-capture'],
  ['7.', 'secondary-capture'],
  ['3', 'ultrasound'],
  ['3.', 'ultrasound'],
  ['6', 'ultrasound'],
  ['6.', 'ultrasound'],
  ['77.', 'photograph'],
  ['104.', 'document'],
  ['88.67', 'dose-report'],
  ['88.', 'report'],
];

/**
 * Computed and digital radiography, CT, MR, nuclear medicine, PET, angiography, tomosynthesis, optical coherence tomography
 * inside of vessels, parametric maps, registrations, segmentations, presentation states, radiotherapy.
 */
const SAFE = new Set(
  (
    '1 1.1 1.1.1 1.2 1.2.1 1.3 1.3.1 2 2.1 2.2 4 4.1 4.2 4.3 4.4 5 11.1 11.2 11.3 11.4 11.5 11.8 11.11 12.1 12.1.1 ' +
    '12.2 12.2.1 12.3 13.1.1 13.1.2 13.1.3 13.1.4 13.1.5 14.1 14.2 20 30 66.1 66.2 66.3 66.4 66.5 66.6 66.7 67 128 ' +
    '128.1 130 481.1 481.2 481.3 481.4 481.5 481.6 481.7 481.8 481.9 481.23 481.24'
  ).split(' '),
);

/** Kinds that may leave once their pixels are clean. */
const CLEANABLE = new Set<ReasonCode | undefined>(['secondary-capture', 'ultrasound']);

const SCREENS = /SCREEN ?_?SAVE|SCREENSHOT|SCREEN CAPTURE|DOSE[ _]?(INFO|REPORT|RECORD)|PATIENT[ _]PROTOCOL/i;
const ULTRASOUND = new Set(['US', 'IVUS', 'BDUS', 'EC']);

export function refuseByClass(
  data: DataSet,
  { classUid, instanceUid }: Identity,
  options: ReadonlySet<OptionName>,
): void {
  const refuse = (code: ReasonCode): never => {
    throw new Refusal(code);
  };
  if (classUid === DIRECTORY_CLASS || elementAt(data, DIRECTORY_RECORDS) !== undefined) refuse('directory');
  if (classUid === '' || instanceUid === '') refuse('identifiers');
  const storage = classUid.startsWith(STORAGE) ? classUid.slice(STORAGE.length) : '';
  const refused = REFUSED.find(([key]) => (key.endsWith('.') ? storage.startsWith(key) : storage === key));
  const isReport = storage.startsWith('88.') && options.has('clean-structured');
  const hasCleanPixels = options.has('clean-pixels');
  const cleaned = isReport || (hasCleanPixels && CLEANABLE.has(refused?.[1]));
  if (refused !== undefined && !cleaned) refuse(refused[1]);
  if (elementAt(data, 0x00420011) !== undefined) refuse('document');
  if (!cleaned && !SAFE.has(storage)) refuse('other-class');
  if (hasCleanPixels) return;
  if (ULTRASOUND.has(textAt(data, 0x00080060).toUpperCase())) refuse('ultrasound');
  refuseByHeader(data, refuse);
}

/** True if a file may leave only once its pixels were searched for text. */
export function mustBeSearched(data: DataSet, identity: Identity, options: ReadonlySet<OptionName>): boolean {
  try {
    refuseByClass(data, identity, new Set([...options].filter((name) => name !== 'clean-pixels')));
    return false;
  } catch (error) {
    if (error instanceof Refusal) return true;
    throw error;
  }
}

/** Screens that a scanner stores as pictures of its own class, and what says itself that text is in its pixels. */
function refuseByHeader(data: DataSet, refuse: (code: ReasonCode) => never): void {
  const burnedIn = textAt(data, 0x00280301).toUpperCase();
  if (burnedIn !== '' && burnedIn !== 'NO') refuse('burned-in');
  const conversion = textAt(data, 0x00080064).toUpperCase();
  if (conversion !== '' && conversion !== 'SYN') refuse('secondary-capture');
  if ([0x00080008, 0x0008103e, 0x00081030].some((tag) => SCREENS.test(textAt(data, tag))))
    refuse('dose-report');
}
