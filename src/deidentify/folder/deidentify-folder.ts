/**
 * De-identifies a folder: all files go to a draft beside OUT, and what was made of them becomes OUT as the last step. What
 * fails is left out and counted; where nothing may leave there is no OUT.
 */
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { diskFailure } from '../../core/disk-failure.js';
import { writeScans, type ScanWriter } from '../derived/write-scans.js';
import { freshDraft, removeDraft } from './abandoned.js';
import { Crosswalk } from './crosswalk.js';
import { draftAll, withoutMixedStudies, type Drafted, type DraftTask, type Patients } from './draft.js';
import { csvOf, FILE_COLUMNS, SCAN_COLUMNS, type Row } from './metadata.js';
import { outcomeOf, writeReport, type FolderOutcome } from './outcome.js';
import { Quarantine } from './quarantine.js';
import type { Places } from './paths.js';

export interface FolderTask extends Omit<DraftTask, 'input'> {
  readonly places: Places;
  /** What to write: DICOM files unless given, arrays if null, else video. */
  readonly writer?: ScanWriter | undefined;
}

export async function deidentifyFolder(task: FolderTask): Promise<FolderOutcome> {
  const { output, report } = task.places;
  const draft = freshDraft(output);
  const aside = report === undefined ? null : freshDraft(report);
  try {
    for (const folder of [draft, aside])
      if (folder !== null) mkdirSync(folder, { recursive: true, mode: 0o700 });
    return await filled(task, draft, aside);
  } catch (error) {
    throw diskFailure(dirname(output), error);
  } finally {
    for (const folder of [draft, aside]) if (folder !== null) removeDraft(folder);
  }
}

async function filled(task: FolderTask, root: string, aside: string | null): Promise<FolderOutcome> {
  const { places } = task;
  const quarantine = new Quarantine(aside === null ? null : join(aside, 'quarantine'));
  const patients: Patients = new Map();
  const draft = join(root, 'dicom');
  mkdirSync(draft);
  const { drafted, duplicates } = await draftAll(
    { ...task, input: places.input },
    draft,
    quarantine,
    patients,
  );
  const safe = withoutMixedStudies(drafted, { draft, quarantine, patients });
  const { folder, rows, columns, kept, more } = await finished(task, { root, draft }, safe, quarantine);
  const outcome = { ...outcomeOf(kept, { duplicates, quarantine }), ...more };
  if (rows.length > 0) writeFileSync(join(folder, 'metadata.csv'), csvOf(columns, rows), { flag: 'wx' });
  if (places.crosswalk !== undefined) {
    const crosswalk = new Crosswalk();
    for (const { clean } of kept) crosswalk.add(clean);
    crosswalk.write(places.crosswalk);
  }
  if (aside !== null && places.report !== undefined) {
    writeReport(aside, outcome, quarantine.held);
    renameSync(aside, places.report);
  }
  if (rows.length > 0) {
    chmodSync(folder, 0o777 & ~process.umask());
    renameSync(folder, places.output);
  }
  return outcome;
}

/** A folder that may become OUT, and what its table says. */
interface Finished {
  readonly folder: string;
  readonly rows: readonly Row[];
  readonly columns: readonly string[];
  readonly kept: readonly Drafted[];
  readonly more: Partial<FolderOutcome>;
}

async function finished(
  { writer, signal }: FolderTask,
  { root, draft }: { readonly root: string; readonly draft: string },
  safe: readonly Drafted[],
  quarantine: Quarantine,
): Promise<Finished> {
  if (writer === undefined) {
    const rows = safe.map(({ row }) => row);
    return { folder: draft, rows, columns: FILE_COLUMNS, kept: safe, more: {} };
  }
  const folder = join(root, 'scans');
  mkdirSync(folder);
  const refuse = ({ source }: Drafted, refusal: Parameters<Quarantine['add']>[1]): void =>
    quarantine.add(source, refusal);
  const places = { draft, output: folder };
  const { rows, kept, video } = await writeScans(safe, places, { writer, refuse, signal });
  const more = { written: rows.length, sources: kept.length, ...(video === undefined ? {} : { video }) };
  return { folder, rows, columns: SCAN_COLUMNS, kept, more };
}
