/**
 * The entry of a thread that makes training batches while the thread that started it trains (batch-prefetcher.ts).
 */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, present } from '../core/errors.js';
import { requireSameCode, type CodeRecord } from '../experiment/code-record.js';
import { resolveExperiment } from '../experiment/resolve.js';
import type { Experiment } from '../experiment/schema.js';
import { batchesHere, type Batch, type BatchCall, type BatchSource } from '../pretrain/batches.js';
import { openShared, type SharedScans } from '../scans/sampling/scan-set-transfer.js';

export interface PrefetchSetup {
  readonly experiment: Experiment;
  readonly code: CodeRecord;
  readonly scans: SharedScans;
}

export interface BatchRequest {
  readonly id: number;
  readonly call: BatchCall;
}

export type BatchReply =
  { readonly id: number; readonly batch: Batch } | { readonly id: number; readonly error: string };

async function open({ experiment, code, scans }: PrefetchSetup): Promise<BatchSource> {
  const set = openShared(scans);
  const resolved = await resolveExperiment(experiment);
  requireSameCode(code, resolved.code, experiment, 'the training');
  const { plan } = resolved.planFor(set.channels);
  return batchesHere({ set, plan, size: experiment.training.batch, split: 'train' });
}

const port = present(parentPort, 'the thread that batches are for');
const source = open(workerData as PrefetchSetup);
source.catch(() => undefined); // reported with the first request

async function answer({ id, call }: BatchRequest): Promise<void> {
  try {
    const batch = await (await source).take(call);
    const buffers = Object.values(batch).map(({ data }) => data.buffer as ArrayBuffer);
    port.postMessage({ id, batch } satisfies BatchReply, buffers);
  } catch (thrown) {
    port.postMessage({ id, error: messageOf(thrown) } satisfies BatchReply);
  }
}

port.on('message', (request: BatchRequest) => void answer(request));
