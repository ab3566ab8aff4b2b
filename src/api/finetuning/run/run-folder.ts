/**
 * The folder of a run and its `run.json`, which says what the run is made from. The same command goes on in it; another task,
 * manifest or encoder is refused.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UNFINISHED, writeAtomicallySync } from '../../../core/atomic-write.js';
import { messageOf, UserError } from '../../../core/errors.js';
import { canonicalJson, plainJson, type Json } from '../../../core/json.js';
import { parseOrThrow } from '../../../core/validate.js';
import { LOCK } from '../../output-folder/folder-hold.js';

/** Whatever of these differs, it is another run. */
const SAME = ['task', 'manifest', 'encoder', 'scans', 'folds', 'engine'] as const;

const WORDS: Readonly<Record<(typeof SAME)[number], string>> = {
  task: 'another task',
  manifest: 'another manifest',
  encoder: 'another encoder',
  scans: 'other scans',
  folds: 'another number of folds',
  engine: 'another engine or device',
};

const Run = z.looseObject({
  version: z.string(),
  task: z.json(),
  manifest: z.string(),
  encoder: z.json(),
  scans: z.json(),
  folds: z.number(),
  engine: z.object({ engine: z.string(), device: z.string() }),
});

export interface RunRecord {
  /** Of voxolve. */
  readonly version: string;
  readonly task: Json;
  /** Hash of the file. */
  readonly manifest: string;
  /** Null without one. */
  readonly encoder: Json;
  /** Options and fingerprint; null without scans. */
  readonly scans: Json;
  readonly folds: number;
  readonly engine: { readonly engine: string; readonly device: string };
}

/** What the folder was made from; null where it is new. Throws `UserError` for a folder with other things in it. */
export function readRun(folder: string): RunRecord | null {
  const path = join(folder, 'run.json');
  if (existsSync(path)) return parseOrThrow(Run, jsonOf(path), path);
  const others = (existsSync(folder) ? readdirSync(folder) : []).filter((name) => !isOfKilled(name));
  if (others.length === 0) return null;
  throw new UserError({
    subject: folder,
    problem: `holds other things than a fine-tuning, such as ${others[0]}`,
    fix: 'name a new folder with -o',
  });
}

/** True if a process may have left it that was killed before it had written `run.json`. */
const isOfKilled = (name: string): boolean => name === LOCK || name.endsWith(UNFINISHED);

/** Refuses, in one line, a folder that was made from something else. */
export function requireSameRun(folder: string, before: RunRecord | null, now: Partial<RunRecord>): void {
  if (before === null) return;
  const differs = SAME.find(
    (key) =>
      now[key] !== undefined && canonicalJson(plainJson(before[key])) !== canonicalJson(plainJson(now[key])),
  );
  if (differs === undefined) return;
  throw new UserError({
    subject: folder,
    problem: `was made from ${WORDS[differs]}`,
    fix: 'name a new folder with -o, or repeat the command that began it',
  });
}

export function writeRun(folder: string, run: RunRecord): void {
  mkdirSync(folder, { recursive: true });
  writeAtomicallySync(join(folder, 'run.json'), `${JSON.stringify(run, null, 2)}\n`);
}

function jsonOf(path: string): Json {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Json;
  } catch (cause) {
    const problem = `is not JSON (${messageOf(cause)})`;
    throw new UserError({ subject: path, problem, fix: 'name a new folder with -o' }, { cause });
  }
}
