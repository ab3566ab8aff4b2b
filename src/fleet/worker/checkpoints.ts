/**
 * Checkpoints on their way between machines: an evaluation keeps its own in a local folder, from which each is copied to the
 * blob store, with a small named file that says which is the latest. Whoever takes the job over begins from that.
 *
 * Checkpoints of one class of processors are of no use to another: the continued training would be neither's.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Continuation } from '../../workers/continuation/continuation.js';
import { CHECKPOINT_FILE } from '../../workers/continuation/checkpoint-file.js';
import type { BlobStore } from '../blobs/blob-store.js';
import { hash, PROTOCOL } from '../protocol/job-message.js';
import { className } from '../protocol/result-message.js';

/** Bytes that a checkpoint may have. */
const CHECKPOINT_BYTES = 8 * 2 ** 30;

const Pointer = z.strictObject({
  version: z.literal(PROTOCOL),
  class: className,
  blob: hash,
  bytes: z.int().positive().max(CHECKPOINT_BYTES),
});
type Pointer = z.infer<typeof Pointer>;

const pointerName = (search: string, job: string): string => `checkpoints/${search}/${job}`;

/** The latest checkpoint of a job; undefined where there is none that could be read. */
async function pointerOf(blobs: BlobStore, search: string, job: string): Promise<Pointer | undefined> {
  const bytes = await blobs.getNamed(pointerName(search, job), 1000);
  if (bytes === undefined) return undefined;
  try {
    return Pointer.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return undefined;
  }
}

/** Removes all that is left of a search's checkpoints. */
export async function removeAllCheckpoints(blobs: BlobStore, search: string): Promise<void> {
  const folder = pointerName(search, '');
  const names = await blobs.listNamed(folder);
  for (const name of names) await removeCheckpoints(blobs, search, name.slice(folder.length));
}

/** Removes what is left of a job's checkpoints once its result is committed. */
export async function removeCheckpoints(blobs: BlobStore, search: string, job: string): Promise<void> {
  const pointer = await pointerOf(blobs, search, job);
  await blobs.removeNamed(pointerName(search, job));
  if (pointer !== undefined) await blobs.remove(pointer.blob);
}

export interface CheckpointPlan {
  readonly blobs: BlobStore;
  readonly search: string;
  readonly class: string;
  readonly everySeconds: number;
}

/** The checkpoints of one job on this machine. */
export interface JobCheckpoints {
  readonly continuation: Continuation;
  /** True if there is one of the job in the store. */
  readonly stored: () => boolean;
  /** Waits until the latest checkpoint is in the store. */
  settled(): Promise<void>;
  /** Removes the local folder. */
  remove(): Promise<void>;
}

/** Fetches what another machine saved of a job, and copies what is saved here. */
export async function checkpointsOf(job: string, plan: CheckpointPlan): Promise<JobCheckpoints> {
  const folder = await mkdtemp(join(tmpdir(), 'voxolve-job-'));
  let stored = await fetchInto(folder, job, plan).catch(() => true); // else it begins anew
  let copying: Promise<void> | undefined;
  let again = false;
  const copy = async (): Promise<void> => {
    do {
      again = false;
      // A copy that fails costs nothing but time: the next one replaces it.
      await copyOut(folder, job, plan).catch(() => undefined);
    } while (again);
    copying = undefined;
  };
  const onCheckpoint = (): void => {
    again = true;
    stored = true;
    copying ??= copy();
  };
  return {
    continuation: { folder, everySeconds: plan.everySeconds, onCheckpoint },
    stored: () => stored,
    settled: async () => copying,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** True if there is one. */
async function fetchInto(folder: string, job: string, plan: CheckpointPlan): Promise<boolean> {
  const { blobs, search, class: own } = plan;
  const pointer = await pointerOf(blobs, search, job);
  if (pointer === undefined) return false;
  if (pointer.class !== own) return true;
  const bytes = await blobs.get(pointer.blob, pointer.bytes);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, CHECKPOINT_FILE), bytes);
  return true;
}

async function copyOut(folder: string, job: string, plan: CheckpointPlan): Promise<void> {
  const { blobs, search, class: own } = plan;
  const bytes = await readFile(join(folder, CHECKPOINT_FILE));
  const before = await pointerOf(blobs, search, job);
  const pointer: Pointer = {
    version: PROTOCOL,
    class: own,
    blob: await blobs.put(bytes),
    bytes: bytes.length,
  };
  await blobs.putNamed(pointerName(search, job), Buffer.from(JSON.stringify(pointer)));
  if (before !== undefined && before.blob !== pointer.blob) await blobs.remove(before.blob);
}
