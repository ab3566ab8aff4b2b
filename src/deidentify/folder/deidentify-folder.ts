/**
 * De-identifies a folder: all files go to a draft beside OUT, which becomes OUT as the last step. What fails is left out and
 * counted; where nothing may leave there is no OUT.
 */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unfinishedName } from '../../core/atomic-write.js';
import { diskFailure } from '../../core/disk-failure.js';
import { sha256 } from '../../core/hash.js';
import type { Settings, ActionName } from '../file/context.js';
import { deidentifyBytes, deidentifyWithPixels, type CleanFile } from '../file/deidentify-file.js';
import type { PixelCleaner } from '../pixels/clean-pixels.js';
import { Refusal, type ReasonCode } from '../file/refusal.js';
import { verifyFile } from '../file/verify.js';
import { Crosswalk } from './crosswalk.js';
import { listFiles, type Listed } from './list.js';
import { COLUMNS, csvLine, metadataRow } from './metadata.js';
import { Quarantine, type Held } from './quarantine.js';
import type { Places } from './paths.js';

export interface FolderOutcome {
  readonly written: number;
  /** Files that were left out since another one is the same. */
  readonly duplicates: number;
  readonly quarantined: Readonly<Partial<Record<ReasonCode, number>>>;
  /** How many elements each action was for, over the files that were written; names in order. */
  readonly actions: Readonly<Partial<Record<ActionName, number>>>;
}

/** What is known of a file in the draft. */
interface Drafted {
  readonly source: string;
  readonly name: string;
  readonly study: string;
  readonly hash: string;
  readonly row: readonly string[];
  readonly clean: Pick<CleanFile, 'patient' | 'old' | 'fresh' | 'counts'>;
}

/** Identities of the patients of each study. */
type Patients = Map<string, Set<string>>;

export interface FolderTask {
  readonly places: Places;
  readonly settings: Settings;
  /** Cleans pixels; null where the option is not chosen. */
  readonly cleaner: PixelCleaner | null;
  readonly signal?: AbortSignal | undefined;
  /** Told after every file. */
  readonly onFile?: ((done: number, of: number) => void) | undefined;
}

export async function deidentifyFolder(task: FolderTask): Promise<FolderOutcome> {
  const { output, report } = task.places;
  const draft = unfinishedName(output);
  const aside = report === undefined ? null : unfinishedName(report);
  const remove = (): void => {
    for (const folder of [draft, aside])
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const folder of [draft, aside])
      if (folder !== null) mkdirSync(folder, { recursive: true, mode: 0o700 });
    return await filled(task, draft, aside);
  } catch (error) {
    throw diskFailure(dirname(output), error);
  } finally {
    remove();
  }
}

async function filled(task: FolderTask, draft: string, aside: string | null): Promise<FolderOutcome> {
  const { places } = task;
  const quarantine = new Quarantine(aside === null ? null : join(aside, 'quarantine'));
  const patients = new Map<string, Set<string>>();
  const { drafted, duplicates } = await draftAll(task, draft, quarantine, patients);
  const kept = withoutMixedStudies(drafted, { draft, quarantine, patients });
  const outcome = outcomeOf(kept, duplicates, quarantine);
  if (kept.length > 0) {
    const rows = kept.map(({ row }) => csvLine(row)).sort();
    writeFileSync(join(draft, 'metadata.csv'), csvLine(COLUMNS) + rows.join(''), { flag: 'wx' });
  }
  if (places.crosswalk !== undefined) {
    const crosswalk = new Crosswalk();
    for (const { clean } of kept) crosswalk.add(clean);
    crosswalk.write(places.crosswalk);
  }
  if (aside !== null && places.report !== undefined) {
    writeReport(aside, outcome, quarantine.held);
    renameSync(aside, places.report);
  }
  if (kept.length > 0) {
    chmodSync(draft, 0o777 & ~process.umask());
    renameSync(draft, places.output);
  }
  return outcome;
}

async function draftAll(
  { places, settings, cleaner, signal, onFile }: FolderTask,
  draft: string,
  quarantine: Quarantine,
  patients: Patients,
): Promise<{ drafted: Drafted[]; duplicates: number }> {
  const listed = listFiles(places.input);
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
  { settings, cleaner }: Pick<FolderTask, 'settings' | 'cleaner'>,
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
function withoutMixedStudies(
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

function outcomeOf(kept: readonly Drafted[], duplicates: number, quarantine: Quarantine): FolderOutcome {
  const sums = new Map<ActionName, number>();
  for (const { clean } of kept)
    for (const [name, count] of clean.counts.byName) sums.set(name, (sums.get(name) ?? 0) + count);
  const actions = Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { written: kept.length, duplicates, quarantined: quarantine.counts(), actions };
}

/** Counts, and for each quarantined copy the reason: no names, no values, no paths. */
function writeReport(folder: string, outcome: FolderOutcome, held: readonly Held[]): void {
  const { written, duplicates, quarantined, actions } = outcome;
  const report = { files: { written, duplicates, quarantined }, actions, quarantine: held };
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`, {
    mode: 0o600,
    flag: 'wx',
  });
}
