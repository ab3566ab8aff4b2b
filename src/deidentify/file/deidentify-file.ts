/**
 * One file as it may leave, in memory: read, judged by its kind, its elements and pixels treated, written anew.
 */
import { cleanElements } from './clean.js';
import { mustBeSearched, refuseByClass } from './class-rules.js';
import { textAt } from './data-set.js';
import { Counts, type Settings } from './context.js';
import { withFlags } from './flags.js';
import { parseFile, storedBytes, type StoredFile } from './part10.js';
import { Refusal } from './refusal.js';
import { refuseGrid } from './grid-rule.js';
import { withPixels } from '../pixels/check.js';
import { cleanPixels, isUltrasound, type NewPixels, type PixelCleaner } from '../pixels/clean-pixels.js';
import { JPEG_LS_LOSSLESS } from '../pixels/jpeg-ls.js';
import { withNewPixels } from '../pixels/replace.js';
import { isSearchable } from '../pixels/stored-frames.js';
import { isKind, newUid } from '../identity/uids.js';
import { patientOf, type Patient } from '../identity/patient.js';
import type { Encoding, Written } from '../elements/element.js';

export interface CleanFile {
  readonly bytes: Buffer;
  /** What the bytes hold, for comparison with what is read from them. */
  readonly elements: readonly Written[];
  readonly patient: Patient;
  readonly old: Uids;
  readonly fresh: Uids;
  readonly counts: Counts;
  readonly encoding: Encoding;
}

export interface Uids {
  readonly study: string;
  readonly series: string;
  readonly instance: string;
}

/**
 * Throws `Refusal` where the file must not leave.
 *
 * @param seen is told whose study it is, also where the file is refused afterwards
 */
export function deidentifyBytes(
  bytes: Uint8Array,
  settings: Settings,
  seen: (study: string, identity: string) => void = () => undefined,
): CleanFile {
  if (settings.profile.options.has('clean-pixels'))
    throw new Error('option clean-pixels needs a cleaner of pixels');
  return finished(judged(bytes, settings, seen), settings, null);
}

/** Does the same with pixels that are cleaned. */
export async function deidentifyWithPixels(
  bytes: Uint8Array,
  settings: Settings,
  {
    seen,
    cleaner,
  }: { readonly seen: (study: string, identity: string) => void; readonly cleaner: PixelCleaner },
): Promise<CleanFile> {
  const before = judged(bytes, settings, seen);
  const { file, classUid, old } = before;
  const identity = { classUid, instanceUid: old.instance };
  if (mustBeSearched(file, identity, settings.profile.options) && !isSearchable(file))
    throw new Refusal('unsearchable');
  return finished(before, settings, await cleanPixels(file, isUltrasound(file, classUid), cleaner));
}

interface Judged {
  readonly file: StoredFile;
  readonly classUid: string;
  readonly patient: Patient;
  readonly old: Uids;
}

/** The file as it was read, if its kind may leave. */
function judged(
  bytes: Uint8Array,
  settings: Settings,
  seen: (study: string, identity: string) => void,
): Judged {
  const file = parseFile(bytes);
  const { options } = settings.profile;
  const old = {
    study: textAt(file, 0x0020000d),
    series: textAt(file, 0x0020000e),
    instance: textAt(file, 0x00080018) || file.meta.instanceUid,
  };
  const classUid = textAt(file, 0x00080016) || file.meta.classUid;
  const patient = patientIn(file, settings, old.study === '' ? old.series : old.study);
  if (old.study !== '') seen(old.study, patient.identity);
  refuseByClass(file, { classUid, instanceUid: old.instance }, options);
  if (textAt(file, 0x00120062).toUpperCase() === 'YES' && !settings.again) throw new Refusal('again');
  return { file, classUid, patient, old };
}

function finished(
  { file, classUid, patient, old }: Judged,
  settings: Settings,
  pixels: NewPixels | null,
): CleanFile {
  const { options } = settings.profile;
  const counts = new Counts();
  const { encoding } = file;
  const cleaned = cleanElements(file.elements, {
    settings,
    patient,
    classUid,
    bytes: file.bytes,
    encoding,
    counts,
  });
  const checked = withPixels(file, cleaned, counts);
  counts.add('text', pixels?.texts ?? 0);
  const changed = pixels === null ? checked : withNewPixels(checked, pixels, encoding);
  refuseGrid(file, cleaned);
  const fresh = freshUids(old, patient, settings);
  if (!isKind(classUid)) throw new Refusal('other-class');
  const identity = { classUid, instanceUid: fresh.instance };
  const elements = withFlags(changed, { encoding, options, patient, identity });
  const syntax = pixels?.frames ? JPEG_LS_LOSSLESS : file.syntax;
  const written = storedBytes(elements, { syntax, encoding }, identity);
  return { bytes: written, elements, patient, old, fresh, counts, encoding };
}

/** New UIDs. Files that name no study or series lie with others of the same patient that name none. */
function freshUids({ study, series, instance }: Uids, patient: Patient, { key }: Settings): Uids {
  const nowhere = `of ${patient.identity}`;
  return {
    study: newUid(study === '' ? nowhere : study, key),
    series: newUid(series === '' ? `${study} ${nowhere}` : series, key),
    instance: newUid(instance, key),
  };
}

function patientIn(file: StoredFile, { key }: Settings, study: string): Patient {
  const facts = {
    id: textAt(file, 0x00100020),
    name: textAt(file, 0x00100010),
    birthDate: textAt(file, 0x00100030),
    study,
  };
  return patientOf(facts, key);
}
