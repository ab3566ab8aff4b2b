/**
 * De-identifies a folder of DICOM files by the profile of the standard, and leaves out what it cannot answer for.
 */
import { readFileSync } from 'node:fs';
import { UserError } from '../core/errors.js';
import { isOptionName, optionNames, type OptionName } from '../deidentify/attributes/options.js';
import { overruledBy } from '../deidentify/attributes/overruled.js';
import { countsOf } from '../deidentify/folder/outcome.js';
import { deidentifyFolder } from '../deidentify/folder/deidentify-folder.js';
import { parsePixelRules } from '../deidentify/burned-in/rules.js';
import type { ScanWriter } from '../deidentify/derived/write-scans.js';
import type { PixelCleaner } from '../deidentify/pixels/clean-pixels.js';
import { openTextModel, openTextReader } from './text-model.js';
import { readKey } from '../deidentify/folder/key-file.js';
import { checkedPlaces } from '../deidentify/folder/paths.js';
import { openVideoWriter } from '../scans/formats/video/encode.js';
import { parsePrivateList, type PrivateList } from '../deidentify/identity/private-list.js';

export interface DeidentifyOptions {
  /** File or folder to read. */
  readonly input: string;
  /** Folder to write; it must not exist. */
  readonly output: string;
  /** File of 32 to 4096 secret bytes, from which all new identities follow. */
  readonly key: string;
  /** Options of the profile, such as `retain-patient`. Absent: none. */
  readonly options?: readonly string[] | undefined;
  /** List of private attributes that may stay; belongs to option `retain-safe-private`. */
  readonly safePrivate?: string | undefined;
  /** JSON file of rectangles to blank, with conditions on headers; belongs to option `clean-pixels`. */
  readonly pixelRules?: string | undefined;
  /** Tags such as `0018,0050`: only these stay, beside what a picture cannot do without. Absent: no such list. */
  readonly keep?: readonly string[] | undefined;
  /** What to write: DICOM files unless given, else arrays or clips of the scans that they hold. */
  readonly to?: 'dicom' | 'npy' | 'video' | undefined;
  /** Takes files that are de-identified already. */
  readonly again?: boolean | undefined;
  /** Folder for the report and copies of what was left out; it must not exist. Absent: none are written. */
  readonly report?: string | undefined;
  /** File for the table of old and new identities; it must not exist. Absent: none is written. */
  readonly crosswalk?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onFile?: ((done: number, of: number) => void) | undefined;
}

export interface DeidentifyOutcome {
  /** Number of files with pixels that may leave. */
  readonly written: number;
  /** Number of DICOM files that arrays or clips were made of; absent where DICOM is written. */
  readonly sources?: number;
  /** Number of files that were left out since another one is the same. */
  readonly duplicates: number;
  /** Number of files that were held back, by reason. */
  readonly quarantined: Readonly<Record<string, number>>;
  /** How many elements each action was for, over the files that were written. */
  readonly actions: Readonly<Record<string, number>>;
  /** Tags of `keep` that the profile removes all the same, and the options that would not. */
  readonly overruled: readonly { readonly tag: string; readonly options: readonly string[] }[];
  /** How many clips were compressed without and with loss; absent where no video is written. */
  readonly video?: { readonly codec: 'ffv1' | 'h264'; readonly lossless: number; readonly lossy: number };
}

/** Writes the folder as a whole or not at all. Throws `UserError` before anything is read where an option is wrong. */
export async function deidentify(options: DeidentifyOptions): Promise<DeidentifyOutcome> {
  const { input, output, key, report, crosswalk } = options;
  const chosen = chosenOptions(options.options ?? []);
  const privateList = listOf(chosen, options.safePrivate);
  const keep =
    options.keep === undefined || options.keep.length === 0 ? null : new Set(options.keep.map(tagOf));
  const places = checkedPlaces({ input, output, key, report, crosswalk });
  const settings = {
    profile: { options: chosen, keep },
    privateList,
    key: readKey(places.key),
    again: options.again ?? false,
  };
  const cleaner = await cleanerOf(chosen, options.pixelRules);
  const writer = await writerOf(options.to ?? 'dicom');
  const { signal, onFile } = options;
  const outcome = await deidentifyFolder({ places, settings, cleaner, writer, signal, onFile });
  return { ...outcome, overruled: overruledBy(settings.profile) };
}

async function writerOf(to: 'dicom' | 'npy' | 'video'): Promise<ScanWriter | undefined> {
  if (to === 'dicom') return undefined;
  return to === 'npy' ? null : openVideoWriter();
}

/** The counts as `--json` prints them. */
export function deidentificationCounts(outcome: DeidentifyOutcome) {
  return countsOf(outcome);
}

function chosenOptions(names: readonly string[]): ReadonlySet<OptionName> {
  const chosen = new Set<OptionName>();
  for (const name of names) {
    const subject = `--option ${name}`;
    if (!isOptionName(name))
      throw new UserError({
        subject,
        problem: 'is no option',
        fix: `choose among ${optionNames.join(', ')}`,
      });
    chosen.add(name);
  }
  if (chosen.has('retain-dates') && chosen.has('modify-dates'))
    throw new UserError({
      subject: '--option retain-dates and modify-dates',
      problem: 'exclude each other',
      fix: 'choose one',
    });
  return chosen;
}

function listOf(options: ReadonlySet<OptionName>, file: string | undefined): PrivateList {
  const wanted = options.has('retain-safe-private');
  if (!wanted && file === undefined) return new Set();
  const subject = '--option retain-safe-private';
  if (!wanted || file === undefined)
    throw new UserError({
      subject,
      problem: 'needs a list of creators and elements',
      fix: 'write: --option retain-safe-private FILE',
    });
  return parsePrivateList(textOfFile(file), file);
}

async function cleanerOf(
  options: ReadonlySet<OptionName>,
  rules: string | undefined,
): Promise<PixelCleaner | null> {
  if (!options.has('clean-pixels')) {
    if (rules === undefined) return null;
    throw new UserError({
      subject: '--pixel-rules',
      problem: 'belongs to the option clean-pixels, which is not chosen',
      fix: 'add --option clean-pixels',
    });
  }
  const parsed = rules === undefined ? [] : parsePixelRules(textOfFile(rules), rules);
  return { model: await openTextModel(), reader: await openTextReader(), rules: parsed };
}

function textOfFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UserError({ subject: path, problem: 'cannot be read', fix: 'check the path' }, { cause });
  }
}

/** A tag from `0018,0050`, `(0018,0050)` or `00180050`. */
function tagOf(text: string): number {
  const match = /^\(?([0-9a-f]{4}),?\s*([0-9a-f]{4})\)?$/i.exec(text.trim());
  const group = Number.parseInt(match?.[1] ?? '', 16);
  if (match === null || group % 2 === 1)
    throw new UserError({
      subject: `--keep ${text}`,
      problem: 'must be a tag of an even group',
      fix: 'write it like 0018,0050; private attributes go into the list of retain-safe-private',
    });
  return Number.parseInt(`${match[1]}${match[2]}`, 16);
}
