/**
 * The folder of a search's event files: written at once by an export, or kept up to date while the search runs.
 *
 * The files of evaluations are there whole or not at all, and their presence says that they were written: a search that was killed
 * and goes on writes those that are missing. The file of the scores is written anew at the start, with the bytes that it had, and grows
 * from there; a record that a dying process left half-written is gone then.
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { UNFINISHED, writeAtomicallySync } from '../../core/atomic-write.js';
import { UserError } from '../../core/errors.js';
import type { ExperimentRow, Store } from '../../store/index.js';
import { evaluationsAfter, evaluationsOfBest } from '../evaluations.js';
import { searchId } from '../search-id.js';
import {
  evaluationFile,
  evaluationPath,
  finishedFrom,
  joined,
  scoreRecords,
  scoresHead,
  SCORES_PATH,
} from './files.js';

/** Says whose folder it is. */
const OWNER = 'voxolve-search.json';

/** File that is about to take its name. */
const DRAFT = '.draft';

/** Contents of a new folder with the evaluations of the `best` candidates, by path. */
export function tensorboardFiles(
  store: Store,
  row: ExperimentRow,
  best: number,
): Record<string, string | Uint8Array> {
  const scores = scoreRecords(row, finishedFrom(store, row.id, 0)).bytes;
  const files: Record<string, string | Uint8Array> = {
    [OWNER]: owner(row),
    [SCORES_PATH]: joined([scoresHead(row), scores]),
  };
  for (const evaluation of evaluationsOfBest(store, row, best)) {
    files[evaluationPath(evaluation)] = evaluationFile(store, row, evaluation);
  }
  return files;
}

function owner({ name, ...row }: ExperimentRow): string {
  return `${JSON.stringify({ search: searchId({ name, ...row }), experiment: name }, null, 2)}\n`;
}

/** Refuses a folder that holds something else than this search's event files; `row` is undefined for a new one. Reads only. */
export function requireFolderOf(row: ExperimentRow | undefined, folder: string): void {
  const path = join(folder, OWNER);
  if (existsSync(path)) {
    if (row !== undefined && readFileSync(path, 'utf8') === owner(row)) return;
    throw new UserError({
      subject: folder,
      problem: 'holds the event files of another search',
      fix: 'name another folder, such as one below it: TensorBoard shows all below the one that it is given',
    });
  }
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new UserError({ subject: folder, problem: 'the folder is not empty', fix: 'name a new folder' });
  }
}

/** Event files that follow a running search. */
export class LiveEventFiles {
  private started = false;
  private lastEvaluation = 0;
  private nextCandidate = 0;
  private highest: ReadonlyMap<number, number> = new Map();

  constructor(
    private readonly store: Store,
    private readonly row: ExperimentRow,
    private readonly folder: string,
  ) {}

  /** Writes all that the database holds and the folder does not. Throws errors of the file system; the next call makes up for it. */
  update(): void {
    if (!this.started) this.start();
    for (const evaluation of evaluationsAfter(this.store, this.row.id, this.lastEvaluation)) {
      const path = evaluationPath(evaluation);
      if (!existsSync(join(this.folder, path))) {
        this.write(path, evaluationFile(this.store, this.row, evaluation));
      }
      this.lastEvaluation = evaluation.id;
    }
    const records = this.nextScores();
    if (records.length === 0) return;
    try {
      appendFileSync(join(this.folder, SCORES_PATH), records);
    } catch (error) {
      this.started = false;
      throw error;
    }
  }

  private start(): void {
    requireFolderOf(this.row, this.folder);
    this.nextCandidate = 0;
    this.highest = new Map();
    removeDrafts(this.folder);
    this.write(OWNER, owner(this.row));
    this.write(SCORES_PATH, joined([scoresHead(this.row), this.nextScores()]));
    this.started = true;
  }

  private nextScores(): Uint8Array {
    const rows = finishedFrom(this.store, this.row.id, this.nextCandidate);
    const { bytes, highest } = scoreRecords(this.row, rows, this.highest);
    this.nextCandidate += rows.length;
    this.highest = highest;
    return bytes;
  }

  private write(path: string, content: string | Uint8Array): void {
    const full = join(this.folder, path);
    mkdirSync(dirname(full), { recursive: true });
    // Whatever has "tfevents" in its name is read as events, a draft next to it too.
    const draft = join(this.folder, DRAFT);
    writeAtomicallySync(draft, content);
    renameSync(draft, full);
  }
}

/** Removes what a killed process left. */
function removeDrafts(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (name.includes(DRAFT) && (name === DRAFT || name.endsWith(UNFINISHED))) rmSync(join(folder, name));
  }
}
