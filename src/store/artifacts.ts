/**
 * Weights files: safetensors in a folder next to the database, named by their content.
 *
 * A file is complete before its name exists, and its name is committed only after that; so whatever instant
 * the process dies at, every name in the database has its file. A file that no row names is garbage and goes
 * with the next collection.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../core/errors.js';
import { sha256 } from '../core/hash.js';
import type { Tensor, TensorMap } from '../core/tensor.js';
import { UNFINISHED, writeAtomicallySync } from '../core/atomic-write.js';
import type { Store } from './open.js';
import { artifactFolder } from './paths.js';
import { readSafetensors, writeSafetensors } from '../core/safetensors.js';

const SUFFIX = '.safetensors';

export function artifactPath(store: Store, hash: string): string {
  return join(artifactFolder(store.path), `${hash}${SUFFIX}`);
}

/** Writes weights; returns the hash by which to refer to them. Equal weights share a file. */
export function writeArtifact(store: Store, weights: TensorMap): string {
  const bytes = writeSafetensors(weights);
  const hash = sha256(bytes);
  const path = artifactPath(store, hash);
  if (existsSync(path)) return hash;
  mkdirSync(artifactFolder(store.path), { recursive: true });
  writeAtomicallySync(path, bytes);
  return hash;
}

/** Reads weights and checks that they are the ones that the hash names. */
export function readArtifact(store: Store, hash: string): Record<string, Tensor> {
  const path = artifactPath(store, hash);
  const problem = (what: string): UserError =>
    new UserError({ subject: path, problem: what, fix: 'restore the folder that lies beside the database' });
  if (!existsSync(path)) throw problem('the weights file is missing');
  const bytes = readFileSync(path);
  if (sha256(bytes) !== hash)
    throw problem('the weights file was altered: its content does not match its name');
  return readSafetensors(bytes, path);
}

/** The weights with which a candidate ended in the search, by hash; undefined where none are stored. */
export function artifactOf(
  store: Store,
  candidate: number,
  purpose: 'search' | 'winner' = 'search',
): string | undefined {
  return store
    .statement(
      `SELECT artifact FROM evaluations WHERE candidate = ? AND purpose = ? AND artifact IS NOT NULL
       ORDER BY rung DESC, score DESC, seed LIMIT 1`,
    )
    .pluck()
    .get(candidate, purpose) as string | undefined;
}

/** Order of candidates: the rung, then the score, then the lower number. */
export interface Standing {
  readonly rung: number;
  readonly score: number;
  readonly number: number;
}

/** True if a score is good enough for its weights to be stored: at most `keep` − 1 candidates are better. */
export function worthKeeping(
  store: Store,
  experiment: number,
  { rung, score, number }: Standing,
  keep: number,
): boolean {
  if (keep < 1) return false;
  const last = store
    .statement(
      `SELECT rung, score, number FROM candidates WHERE experiment = ? AND status = 'done'
       ORDER BY rung DESC, score DESC, number LIMIT 1 OFFSET ?`,
    )
    .get(experiment, keep - 1) as Standing | undefined;
  if (last === undefined) return true;
  if (rung !== last.rung) return rung > last.rung;
  return score > last.score || (score === last.score && number < last.number);
}

/**
 * Forgets the weights of all but the best `keep` candidates of an experiment, and of winners all but the latest chosen,
 * then removes every file that no row names.
 */
export function collect(store: Store, experiment: number, keep: number): void {
  store
    .statement(
      `UPDATE evaluations SET artifact = NULL
       WHERE artifact IS NOT NULL AND purpose = 'search'
         AND @experiment = (SELECT experiment FROM candidates WHERE id = candidate)
         AND candidate NOT IN (SELECT id FROM candidates WHERE experiment = @experiment AND status = 'done'
           ORDER BY rung DESC, score DESC, number LIMIT @keep)`,
    )
    .run({ experiment, keep });
  store
    .statement(
      `UPDATE evaluations SET artifact = NULL
       WHERE artifact IS NOT NULL AND purpose = 'winner'
         AND @experiment = (SELECT experiment FROM candidates WHERE id = candidate)
         AND candidate NOT IN (SELECT candidate FROM winners WHERE experiment = @experiment AND chosen_from =
           (SELECT max(chosen_from) FROM winners WHERE experiment = @experiment))`,
    )
    .run({ experiment });
  const named = new Set(
    store.statement('SELECT DISTINCT artifact FROM evaluations WHERE artifact IS NOT NULL').pluck().all(),
  );
  const folder = artifactFolder(store.path);
  if (!existsSync(folder)) return;
  for (const file of readdirSync(folder)) {
    const garbage =
      file.endsWith(UNFINISHED) || (file.endsWith(SUFFIX) && !named.has(file.slice(0, -SUFFIX.length)));
    if (garbage) rmSync(join(folder, file), { force: true });
  }
}
