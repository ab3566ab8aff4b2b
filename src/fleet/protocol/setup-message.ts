/**
 * What all evaluations of a search share, as a blob that each worker fetches once: the experiment, the record of the user's
 * own code (never the code), the scans, and crops with labels. Arrays are blobs of their own.
 */
import { z } from 'zod';
import { parseOrThrow } from '../../core/validate.js';
import { sizeOf } from '../../core/tensor.js';
import { Experiment } from '../../experiment/schema.js';
import type { SharedSetup } from '../../workers/pool.js';
import type { BlobStore } from '../blobs/blob-store.js';
import { hash, PROTOCOL } from './job-message.js';

/** Bytes that the blob of a setup may have: lists of scans are the largest part of it. */
const SETUP_BYTES = 256 << 20;

const codeOfFile = z.strictObject({
  files: z.record(z.string(), z.string()),
  packages: z.record(z.string(), z.string()),
});

const CodeRecord = z.strictObject({
  space: z.string(),
  proxyTask: z.string(),
  loaded: z.record(z.string(), codeOfFile).exactOptional(),
});

/** Crops with labels: plain data with the hash of their voxels, checked against its own fingerprint by no one else. */
const Crops = z.looseObject({
  shape: z.tuple([z.int(), z.int(), z.int(), z.int(), z.int()]).refine((shape) => shape.every((n) => n > 0)),
  voxels: hash,
});

const SetupBlob = z.strictObject({
  version: z.literal(PROTOCOL),
  experiment: z.unknown(),
  code: CodeRecord,
  engine: z.string(),
  device: z.string(),
  threads: z.int().positive(),
  scans: z.unknown(),
  labelled: Crops.exactOptional(),
  outcomes: Crops.exactOptional(),
});

/** The setup of a search; `scans`: the manifest by which a worker gets them. How it trains is the worker's own matter. */
export interface FleetSetup extends Omit<SharedSetup, 'scans' | 'prefetch' | 'spin' | 'isolation'> {
  readonly scans: unknown;
}

/** Puts a setup and its arrays into the store; returns the hash of it. */
export async function publishSetup(setup: FleetSetup, blobs: BlobStore): Promise<string> {
  const { labelled, outcomes, experiment, code, engine, device, threads, scans } = setup;
  const message = {
    version: PROTOCOL,
    experiment,
    code,
    engine,
    device,
    threads,
    scans,
    ...(labelled === undefined ? {} : { labelled: await withoutVoxels(labelled, blobs) }),
    ...(outcomes === undefined ? {} : { outcomes: await withoutVoxels(outcomes, blobs) }),
  };
  return blobs.put(Buffer.from(JSON.stringify(message)));
}

/** The setup of a hash. Throws where the blob holds none. */
export async function fetchSetup(key: string, blobs: BlobStore): Promise<FleetSetup> {
  const bytes = await blobs.get(key, SETUP_BYTES);
  const blob = SetupBlob.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  const { version: _, experiment, labelled, outcomes, ...rest } = blob;
  return {
    ...rest,
    experiment: parseOrThrow(Experiment, experiment, 'the experiment of the queue'),
    ...(labelled === undefined ? {} : { labelled: await withVoxels(labelled, blobs) }),
    ...(outcomes === undefined ? {} : { outcomes: await withVoxels(outcomes, blobs) }),
  } as FleetSetup;
}

interface WithVoxels {
  readonly shape: readonly number[];
  readonly voxels: Float32Array;
}

async function withoutVoxels(set: WithVoxels, blobs: BlobStore): Promise<object> {
  const { voxels } = set;
  // A copy: the voxels lie in shared memory.
  return { ...set, voxels: await blobs.put(new Uint8Array(Buffer.from(new Float32Array(voxels).buffer))) };
}

async function withVoxels(
  set: { readonly shape: readonly number[]; readonly voxels: string },
  blobs: BlobStore,
): Promise<object> {
  const length = sizeOf(set.shape);
  const bytes = await blobs.get(set.voxels, 4 * length);
  if (bytes.length !== 4 * length) throw new Error(`voxels of ${bytes.length} bytes do not fill their shape`);
  const voxels = new Float32Array(new SharedArrayBuffer(4 * length));
  new Uint8Array(voxels.buffer).set(bytes);
  return { ...set, voxels };
}
