/**
 * The state of a search as JSON. Names are pinned: others script against them.
 */
import { summarise, type Experiment, type Store } from '../store/index.js';
import { paretoFront } from './pareto-front.js';

export function statusJson(store: Store, row: Experiment) {
  const { candidates, best, medianOfFirstTen, diverged } = summarise(store, row.id);
  const front = paretoFront(store, row);
  return {
    experiment: row.name,
    candidates: { ...candidates, wanted: row.candidates, diverged },
    best: best === null ? null : { number: best.number, score: best.score },
    ...(front === null ? {} : { front: front.map((member) => ({ ...member })) }),
    median_of_first_ten: medianOfFirstTen,
    chance: row.chance,
    metric: row.metric,
    strategy: row.strategy,
    space: row.space,
    task: row.task,
    engine: row.engine,
    device: row.device,
    engine_choice: row.engineChoice ?? null,
    seed: row.seed,
    created_at: row.createdAt,
  };
}
