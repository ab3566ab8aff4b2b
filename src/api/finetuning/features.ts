/**
 * Frozen features: an encoder runs over all scans once; what it gave is kept in the run's folder.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomicallySync } from '../../core/atomic-write.js';
import { present } from '../../core/errors.js';
import { hashJson, sha256 } from '../../core/hash.js';
import { plainJson, type Json } from '../../core/json.js';
import { readSafetensors, writeSafetensors } from '../../core/safetensors.js';
import { featuresOf, readingOf } from '../../downstream/training/encode.js';
import type { StartingEncoder } from '../../downstream/training/fit.js';
import type { ScanInputs } from '../../downstream/training/rows.js';
import type { DownstreamTask } from '../../downstream/task-file.js';
import { engines } from '../../engines/index.js';
import { Interrupted } from '../../pretrain/pretrain.js';
import { shareFeatures, type RowFeatures } from '../../workers/fits/setup.js';

export interface FeatureJob {
  /** Such as `pretrained`: the name of the files. */
  readonly name: string;
  readonly encoder: StartingEncoder;
  readonly scans: ScanInputs;
  readonly rows: number;
  readonly reading: DownstreamTask['input']['reading'];
  /** What decides the features. */
  readonly identity: Json;
  readonly place: { readonly engine: string; readonly device: string; readonly threads: number };
  /** Folder of the features. */
  readonly folder: string;
  readonly signal: AbortSignal | undefined;
  readonly onScan: (done: number) => void;
}

const Record = z.object({
  identity: z.string(),
  hash: z.string(),
  tiles: z.array(z.number()).nullable(),
  early: z.number().default(0),
});

export async function frozenFeatures(job: FeatureJob): Promise<RowFeatures> {
  const { name, folder, place, encoder, rows, reading } = job;
  const [file, listing] = [join(folder, `${name}.safetensors`), join(folder, `${name}.json`)];
  const identity = hashJson(plainJson({ identity: job.identity, place, reading }));
  const kept = read(file, listing, identity);
  if (kept !== undefined) return shareFeatures(kept);
  const { engine, ...options } = place;
  const told = await featuresOf(encoder, watched(job), rows, {
    engine: present(engines[engine], engine),
    ...options,
  });
  const found: RowFeatures = readingOf(told, reading) as RowFeatures;
  const bytes = writeSafetensors({ features: found.features });
  mkdirSync(folder, { recursive: true });
  writeAtomicallySync(file, bytes);
  writeAtomicallySync(
    listing,
    JSON.stringify({ identity, hash: sha256(bytes), tiles: found.tiles ?? null, early: found.early ?? 0 }),
  );
  return shareFeatures(found);
}

/** Undefined where there are none of these, or they were damaged: then they are computed again. */
function read(file: string, listing: string, identity: string): RowFeatures | undefined {
  if (!existsSync(file) || !existsSync(listing)) return undefined;
  const record = Record.safeParse(JSON.parse(readFileSync(listing, 'utf8')));
  const bytes = readFileSync(file);
  if (!record.success || record.data.identity !== identity || record.data.hash !== sha256(bytes))
    return undefined;
  const { tiles, early } = record.data;
  const features = present(readSafetensors(bytes, file)['features'], 'features');
  return { features, ...(tiles && { tiles }), ...(early > 0 && { early }) };
}

/** Reports each scan as it is read, and stops at one where the run was interrupted. */
function watched({ scans, signal, onScan }: FeatureJob): ScanInputs {
  let last = -1;
  return {
    ...scans,
    fill: (row, view, into) => {
      if (signal?.aborted === true) throw new Interrupted();
      if (row !== last) onScan(row);
      last = row;
      scans.fill(row, view, into);
    },
  };
}
