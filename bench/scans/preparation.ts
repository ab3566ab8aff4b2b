/**
 * Cost of preparing batches relative to training steps, over candidates of an experiment's space.
 */
import { join } from 'node:path';
import { rngOf } from '../../src/core/random.js';
import { onnxEngine } from '../../src/engines/onnx/index.js';
import { resolveExperiment } from '../../src/experiment/resolve.js';
import { readExperiment } from '../../src/experiment/read.js';
import { batchesHere, type BatchCall, type BatchSource } from '../../src/pretrain/batches.js';
import { initialWeights } from '../../src/pretrain/initialise.js';
import { loadScanSet } from '../../src/scans/load.js';
import { writePhantoms } from '../../src/scans/phantoms/phantoms.js';
import { shareScans } from '../../src/scans/sampling/scan-set-transfer.js';
import { asSequential } from '../../src/search/strategy.js';
import { createScorer } from '../../src/workers/zero-cost/scorer.js';
import { BatchPrefetcher } from '../../src/workers/batch-prefetcher.js';
import { strategyOf } from '../../src/api/searching/study-plan.js';

const CANDIDATES = 8;
const CALL = 8;
const CALLS = 3;

export interface Preparation {
  readonly experiment: string;
  /** Milliseconds of a training step, on one thread, without its batch. */
  readonly step_ms: number;
  /** Time to make a batch over time of a training step. */
  readonly share: number;
  /** Time that training still waits for a batch if a thread makes it, over time of a training step. */
  readonly overlapped: number;
  readonly crops_per_second: number;
}

export async function preparationShare(
  path: string,
  scans: string | null,
  folder: string,
): Promise<Preparation> {
  const experiment = await readExperiment(path);
  const resolved = (await resolveExperiment(experiment)).planFor(1);
  const { plan } = resolved;
  if (scans === null && experiment.phantoms !== undefined)
    await writePhantoms(join(folder, 'phantoms'), experiment.phantoms);
  const { set } = await loadScanSet(scans ?? join(folder, 'phantoms'), experiment.scans, {
    seed: experiment.seed,
    minimumSize: plan.crop,
    cacheDirectory: join(folder, 'prepared'),
  });
  const here = batchesHere({ set, plan, size: experiment.training.batch, split: 'train' });
  const feed = new BatchPrefetcher({ experiment, code: resolved.code, scans: shareScans(set) }, here);
  const strategy = asSequential(strategyOf(resolved.constrainBy(undefined), createScorer(resolved)));
  const total = { made: 0, trained: 0, waited: 0 };
  try {
    for (let number = 0; number < CANDIDATES; number++) {
      const { genome } = strategy.ask(number, rngOf('bench', number));
      const program = resolved.program(resolved.architecture(genome));
      const session = await onnxEngine.open(program, { device: 'cpu', threads: 1 });
      session.load({ weights: initialWeights(program.train.parameters, rngOf('bench', 'init')) });
      const rates = new Float32Array(CALL).fill(1e-3);
      // Each call is made here and, during the previous training, by the thread; the first call warms both up.
      for (let call = 0; call <= CALLS; call++) {
        const at = (index: number): BatchCall => ({
          key: ['bench', number],
          first: CALL * index,
          count: CALL,
        });
        const [, waited] = await timed(feed, at(call));
        const [batch, made] = await timed(here, at(call));
        feed.ahead(at(call + 1));
        const start = performance.now();
        await session.train(batch, rates);
        if (call === 0) continue;
        total.made += made;
        total.waited += waited;
        total.trained += performance.now() - start;
      }
      await session.dispose();
    }
  } finally {
    await feed.close();
  }
  const steps = CANDIDATES * CALLS * CALL;
  return {
    experiment: path,
    step_ms: total.trained / steps,
    share: total.made / total.trained,
    overlapped: total.waited / total.trained,
    crops_per_second: (1000 * steps * experiment.training.batch) / (total.made + total.trained),
  };
}

async function timed(source: BatchSource, call: BatchCall) {
  const start = performance.now();
  return [await source.take(call), performance.now() - start] as const;
}
