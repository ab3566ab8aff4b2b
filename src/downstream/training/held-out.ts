/**
 * Loss of the held-out rows at a step: it chooses the weights that are kept.
 *
 * With an encoder that is trained, the session gives features of all tiles, and a session of its own for the rest of the model
 * gives the loss of all rows at once.
 */
import { rngOf } from '../../core/random.js';
import type { TensorMap } from '../../core/tensor.js';
import type { Session } from '../../engines/engine.js';
import { rowsOf } from '../targets.js';
import { encodeTiles, readingOf } from './encode.js';
import type { FitJob } from './fit.js';
import { allFeeds } from './batches/model-batches.js';
import { lossGraph } from './model/graph.js';
import type { ModelPlan } from './model/plan.js';
import { NO_STEPS } from './model/program.js';
import { rowForEachTile } from './read-rows.js';
import type { ModelRows } from './rows.js';

export interface HeldOut {
  /** Scalars `loss` and metrics, with the session's weights. */
  look(session: Session): Promise<TensorMap>;
  dispose(): Promise<void>;
}

/** `rows` hold features or, where an encoder is trained, scans. */
export async function openHeldOut(job: FitJob, plan: ModelPlan, rows: ModelRows): Promise<HeldOut> {
  const moment = { progress: 1, rng: rngOf(...job.key, 'held-out') };
  const each = rowForEachTile(rows);
  const { scans } = rows;
  const { encoder } = plan;
  if (encoder === undefined || scans === undefined) {
    return {
      look: (session) => session.evaluate(allFeeds(plan, each, moment)),
      dispose: () => Promise.resolve(),
    };
  }
  const { engine, ...options } = job.place;
  const graph = lossGraph(plan, rowsOf(each.targets), false);
  const rest = await engine.open({ train: graph, evaluate: graph, optimiser: NO_STEPS }, options);
  return {
    look: async (session) => {
      const tiles = await encodeTiles(encoder, scans, rowsOf(rows.targets), (feeds) =>
        session.evaluate(feeds),
      );
      const { weights } = await session.read();
      rest.load({ weights });
      const read = rowForEachTile({ ...rows, ...readingOf(tiles, job.task.input.reading) });
      return rest.evaluate(allFeeds(plan, read, moment));
    },
    dispose: () => rest.dispose(),
  };
}
