/** The files of a folder, de-identified one after another into a draft that nobody else reads. */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '../../core/hash.js';
import type { Settings } from '../file/context.js';
import { deidentifyBytes, deidentifyWithPixels, type CleanFile } from '../file/deidentify-file.js';
import { Refusal } from '../file/refusal.js';
import { verifyFile } from '../file/verify.js';
import type { PixelCleaner } from '../pixels/clean-pixels.js';
import { listFiles, type Listed } from './list.js';
import { metadataRow, type Row } from './metadata.js';
import type { Quarantine } from './quarantine.js';

/** What is known of a file in the draft. */
export interface Drafted {
  readonly source: string;
  readonly name: string;
  readonly study: string;
  readonly hash: string;
  readonly row: Row;
  readonly clean: Pick<CleanFile, 'patient' | 'old' | 'fresh' | 'counts'>;
}

/** Identities of the patients of each study. */
export type Patients = Map<string, Set<string>>;

export interface DraftTask {
  /** File or folder to read. */
  readonly input: string;
  readonly settings: Settings;
  /** Cleans pixels; null where the option is not chosen. */
  readonly cleaner: PixelCleaner | null;
  readonly signal?: AbortSignal | undefined;
  /** Told after every file. */
  readonly onFile?: ((done: number, of: number) => void) | undefined;
}

export async function draftAll(
  { input, settings, cleaner, signal, onFile }: DraftTask,
  draft: string,
  quarantine: Quarantine,
  patients: Patients,
): Promise<{ drafted: Drafted[]; duplicates: number }> {
  const listed = listFiles(input);
  const drafted = new Map<string, Drafted>();
  let duplicates = 0;
  for (const [index, file] of listed.entries()) {
    signal?.throwIfAborted();
    try {
      const made = await draftOne(file, draft, { settings, cleaner }, { drafted, patients });
      if (made === null) duplicates++;
      else drafted.set(made.name, made);
    } catch (error) {
      quarantine.add(file.path, refusalOf(error));
    }
    onFile?.(index + 1, listed.length);
  }
  return { drafted: [...drafted.values()], duplicates };
}

/** What a file's own numbers make impossible is its damage; all else is no refusal and ends the run. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof RangeError)
    return new Refusal('damaged', 'holds lengths that cannot be', { cause: error });
  throw error;
}

/** Returns null where the same file was drafted before. */
async function draftOne(
  { path, isFile }: Listed,
  draft: string,
  { settings, cleaner }: Pick<DraftTask, 'settings' | 'cleaner'>,
  { drafted, patients }: { readonly drafted: ReadonlyMap<string, Drafted>; readonly patients: Patients },
): Promise<Drafted | null> {
  if (!isFile) throw new Refusal('link');
  const seen = (study: string, identity: string): void => {
    patients.set(study, (patients.get(study) ?? new Set()).add(identity));
  };
  const clean =
    cleaner === null
      ? deidentifyBytes(bytesAt(path), settings, seen)
      : await deidentifyWithPixels(bytesAt(path), settings, { seen, cleaner });
  const { study, series, instance } = clean.fresh;
  const name = [study, series, `${instance}.dcm`].join('/');
  const hash = sha256(clean.bytes);
  const before = drafted.get(name);
  if (before !== undefined) {
    if (before.hash !== hash) throw new Refusal('duplicate');
    return null;
  }
  const target = join(draft, name);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, clean.bytes, { flag: 'wx' });
  try {
    await verifyFile(target, clean.elements);
  } catch (error) {
    rmSync(target);
    throw error;
  }
  const { patient, old, fresh, counts, encoding } = clean;
  const row = metadataRow(name, clean, encoding);
  return { source: path, name, study, hash, row, clean: { patient, old, fresh, counts } };
}

const LARGEST_BYTES = 2 ** 31 - 1;

function bytesAt(path: string): Buffer {
  try {
    if (statSync(path).size > LARGEST_BYTES) throw new Refusal('unreadable', 'is larger than 2 GiB');
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('unreadable', undefined, { cause: error });
  }
}

/** Takes studies that hold two patients out of the draft again. */
export function withoutMixedStudies(
  drafted: readonly Drafted[],
  {
    draft,
    quarantine,
    patients,
  }: { readonly draft: string; readonly quarantine: Quarantine; readonly patients: Patients },
): Drafted[] {
  const isMixed = ({ clean }: Drafted): boolean => (patients.get(clean.old.study)?.size ?? 0) > 1;
  for (const file of drafted.filter(isMixed)) {
    quarantine.add(file.source, new Refusal('patients'));
    rmSync(join(draft, file.study), { recursive: true, force: true });
  }
  return drafted.filter((file) => !isMixed(file));
}
