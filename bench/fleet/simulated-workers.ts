/**
 * Workers of a fleet whose evaluations return at once, many in one process: everything of a worker but the training.
 *
 * Arguments: address of the queue, folder of blobs, prefix of names, number, slots of each. Says `ready` once all are there,
 * ends with the search.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { EvaluationOutcome } from '../../src/core/records.js';
import { rngOf } from '../../src/core/random.js';
import { openBlobStore } from '../../src/fleet/blobs/open.js';
import { connect } from '../../src/fleet/queue/connection.js';
import { runWorker } from '../../src/fleet/worker/run-worker.js';
import type { Evaluators } from '../../src/workers/evaluators.js';

/** Where simulated evaluations are computed, as searches name it. */
export const SIMULATED = { engine: 'simulated', device: 'none' } as const;

/** Scores depend on the candidate alone, as those of trainings do. */
function poolOf(capacity: number): Evaluators {
  const evaluate = ({ number }: { readonly number: number }): Promise<EvaluationOutcome> => {
    const score = rngOf('simulated', number).float();
    const plain = { steps: 1, seconds: 0, error: null, attempts: 1 } as const;
    const curves = [{ name: 'validation/accuracy', steps: [1], values: [score] }];
    return Promise.resolve({ ...SIMULATED, ...plain, status: 'done', score, curves });
  };
  return { capacity, evaluate, close: () => Promise.resolve() };
}

async function main(
  url: string,
  folder: string,
  prefix: string,
  count: number,
  slots: number,
): Promise<void> {
  const blobs = await openBlobStore(folder);
  const ended = Array.from({ length: count }, async (_, i) => {
    await sleep(5 * i); // machines do not start all at the same millisecond
    const connection = await connect(url, 'worker');
    let serving = false;
    await runWorker({
      connection,
      blobs,
      name: `${prefix}-${i}`,
      lock: 30_000,
      checkpointSeconds: 60,
      classFor: () => Promise.resolve('simulated'),
      openPool: () => Promise.resolve(poolOf(slots)),
      once: true,
      signal: new AbortController().signal,
      report: ({ kind }) => {
        if (kind === 'serving' && !serving) {
          serving = true;
          process.send?.('serving');
        }
      },
    });
    connection.close();
  });
  await Promise.all(ended);
  process.exit(0);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [url = '', folder = '', prefix = '', count = '0', slots = '1'] = process.argv.slice(2);
  await main(url, folder, prefix, Number(count), Number(slots));
}
