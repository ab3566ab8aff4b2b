/**
 * Recognises files that are stored along with scans but are not for training: by SOP class, else by modality, else by
 * image type.
 *
 * Sources: DICOM PS3.4 table B.5-1 (storage SOP classes), PS3.3 C.7.3.1.1.1 (Modality), C.8.2.1.1.1 and C.8.3.1.1.1
 * (LOCALIZER in Image Type).
 */
import type { DataSet } from 'dicom-parser';
import type { AsideName } from '../../asides.js';
import { decimals } from '../elements/file.js';
import { sopClassUid, storageClass } from '../elements/sop-classes.js';

/** Kinds by the UID part after the root of storage classes, or by a prefix of it that ends in a dot; the first wins. */
const BY_CLASS: readonly (readonly [string, AsideName])[] = [
  ['66.4', 'segmentation'],
  ['66.7', 'segmentation'],
  ['66.8', 'measurement'],
  ['66.5', 'surface or mesh'],
  ['66.6', 'surface or mesh'],
  ['66.1', 'registration'],
  ['66.2', 'registration'],
  ['66.3', 'registration'],
  ['66', 'raw data'],
  ['67', 'measurement'],
  ['68.', 'surface or mesh'],
  ['4.2', 'spectroscopy'],
  ['7', 'secondary capture'],
  ['7.', 'secondary capture'],
  ['9.', 'waveform'],
  ['11.', 'presentation state'],
  ['77.1.6', 'whole slide'],
  ['77.1.5.3', 'measurement'],
  ['77.1.9', 'whole slide'],
  ['78.', 'measurement'],
  ['79.', 'measurement'],
  ['80.', 'measurement'],
  ['81.', 'measurement'],
  ['82.', 'measurement'],
  ['88.59', 'key object selection'],
  ['88.', 'report'],
  ['90.', 'measurement'],
  ['104.', 'encapsulated document'],
  ['201.', 'raw data'],
  ['481.1', 'RT image'],
  ['481.2', 'dose'],
  ['481.3', 'structure set'],
  ['481.5', 'treatment plan'],
  ['481.8', 'treatment plan'],
  ['481.10', 'treatment plan'],
  ['481.12', 'treatment plan'],
  ['481.13', 'treatment plan'],
  ['481.23', 'RT image'],
  ['481.24', 'RT image'],
  ['481.', 'treatment record'],
];

const BY_UID: readonly (readonly [string, AsideName])[] = [
  ['1.2.840.10008.1.3.10', 'index of a medium'],
  // Private classes that scanners export along with pictures.
  ['1.3.12.2.1107.5.9.1', 'raw data'],
  ['1.3.46.670589.11.0.0.12.', 'raw data'],
  ['1.2.840.113619.4.30', 'raw data'],
];

const BY_MODALITY: Readonly<Record<string, AsideName>> = {
  SEG: 'segmentation',
  RTDOSE: 'dose',
  RTSTRUCT: 'structure set',
  RTPLAN: 'treatment plan',
  RTRECORD: 'treatment record',
  RTIMAGE: 'RT image',
  SR: 'report',
  KO: 'key object selection',
  PR: 'presentation state',
  DOC: 'encapsulated document',
  REG: 'registration',
  ECG: 'waveform',
  EPS: 'waveform',
  HD: 'waveform',
  SM: 'whole slide',
};

const LOCALIZER_TYPES = ['LOCALIZER', 'SCOUT', 'TOPOGRAM', 'SCANOGRAM', 'SURVIEW', 'SURVEY'];
const SCREEN_TYPES = ['SCREEN SAVE', 'SCREENSAVE', 'SCREEN_SAVE', 'SCREENSHOT'];

/** Free text in which scanners name series of localizers that their image type does not mark. */
const LOCALIZER_TEXT: Readonly<Record<string, RegExp>> = {
  CT: /locali[sz]er|scout|topogram|scanogram|surview/i,
  MR: /locali[sz]er|scout|(^|[^a-z])survey([^a-z]|$)/i,
  PT: /locali[sz]er|scout|topogram/i,
};

/** A directory record sequence, which no other file has. */
const DIRECTORY = 'x00041220';

/** Kind of non-scan; null for scans. */
export function asideOf(data: DataSet): AsideName | null {
  const text = (tag: string): string => (data.string(tag) ?? '').trim();
  const modality = text('x00080060').toUpperCase();
  if (data.elements[DIRECTORY] !== undefined) return 'index of a medium';
  const byClass = classified(data, modality);
  if (byClass === 'secondary capture' && isPlacedGrey(data)) return null;
  if (byClass !== undefined) return byClass;
  const types = typesOf(data);
  if (types.some((type) => SCREEN_TYPES.includes(type))) return 'secondary capture';
  const words = Object.hasOwn(LOCALIZER_TEXT, modality) ? LOCALIZER_TEXT[modality] : undefined;
  if (words === undefined) return null;
  const described = [text('x0008103e'), text('x00181030')].some((given) => words.test(given));
  return described || types.some((type) => LOCALIZER_TYPES.includes(type)) ? 'localizer' : null;
}

function classified(data: DataSet, modality: string): AsideName | undefined {
  const uid = sopClassUid(data);
  const matches = (name: string, [key]: readonly [string, AsideName]): boolean =>
    key.endsWith('.') ? name.startsWith(key) : name === key;
  const storage = storageClass(data);
  const found =
    BY_UID.find((row) => matches(uid, row)) ??
    (storage === '' ? undefined : BY_CLASS.find((row) => matches(storage, row)));
  if (found !== undefined) return found[1];
  // A class that is known says more than the modality, which some writers leave as that of the pictures.
  const byModality = Object.hasOwn(BY_MODALITY, modality) ? BY_MODALITY[modality] : undefined;
  return uid === '' || byModality !== 'whole slide' ? byModality : undefined;
}

function typesOf(data: DataSet): string[] {
  return (data.string('x00080008') ?? '').split('\\').map((type) => type.trim().toUpperCase());
}

/** Volumes that a program wrote as secondary captures have a place in the body. */
function isPlacedGrey(data: DataSet): boolean {
  const placed = [
    ['x00200032', 3],
    ['x00200037', 6],
  ] as const;
  return (
    (data.uint16('x00280002') ?? 1) === 1 &&
    placed.every(([tag, count]) => decimals(data, tag, count) !== undefined)
  );
}
