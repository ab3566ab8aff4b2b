/** A search of a real experiment whose evaluations are made up: every decision is as in a search, and nothing is trained. */
import { join } from 'node:path';
import { specToJson } from '../../../src/api/search-spec.js';
import { auxiliaryPlanOf, specOf, strategyOf } from '../../../src/api/searching/study-plan.js';
import { hashJson } from '../../../src/core/hash.js';
import { rngOf } from '../../../src/core/random.js';
import type { EvaluationOutcome, Genome } from '../../../src/core/records.js';
import { version } from '../../../src/core/version.js';
import { experimentFrom } from '../../../src/experiment/read.js';
import { resolveExperiment, type ConstrainedExperiment } from '../../../src/experiment/resolve.js';
import { createExperiment, openStore } from '../../../src/store/index.js';
import { runStudy } from '../../../src/study/index.js';
import { createScorer } from '../../../src/workers/zero-cost/scorer.js';
import { smallSpace, tinyExperiment } from '../../support/tiny.js';

/** The tiny experiment with some keys replaced, of 40 candidates; returns the path of its database in `folder`. */
export async function simulate(folder: string, changes: object, name = 'search.db'): Promise<string> {
  const spec = { ...tinyExperiment, space: smallSpace, candidates: 40, trust: { share: 0 }, ...changes };
  const experiment = experimentFrom(spec, 'experiment', folder);
  const resolved = (await resolveExperiment(experiment)).planFor(1).constrainBy(undefined);
  const database = join(folder, name);
  const store = openStore(database, 'create');
  // The thread that scores runs compiled code.
  const scorer = createScorer(
    resolved,
    new URL('../../../dist/src/workers/zero-cost/scorer-thread.js', import.meta.url),
  );
  try {
    await runStudy({
      store,
      experiment: createExperiment(store, rowOf(resolved), new Date(0)),
      strategy: strategyOf(resolved, scorer),
      feasibility: resolved.feasibility,
      evaluators: { capacity: 3, evaluate: ({ number, genome }) => Promise.resolve(madeUp(number, genome)) },
      candidates: experiment.candidates,
      keepWeights: 0,
      ...auxiliaryPlanOf(resolved),
      auxiliary: {},
    });
  } finally {
    scorer.close();
    store.close();
  }
  return database;
}

function rowOf(resolved: ConstrainedExperiment): Parameters<typeof createExperiment>[1] {
  const { experiment, space, task, plan } = resolved;
  const { name, seed, strategy, lookahead, candidates } = experiment;
  return {
    ...{ name, seed, lookahead, candidates, version, metric: plan.metric, chance: plan.chance },
    spec: specToJson(specOf(resolved)),
    strategy: typeof strategy === 'string' ? strategy : strategy.name,
    space: space.name,
    task: task.name,
    engine: 'simulated',
    device: 'none',
    scans: '.',
    scansFingerprint: '0',
  };
}

/** Depends on number and genome alone; some fail. */
function madeUp(number: number, genome: Genome): EvaluationOutcome {
  const rng = rngOf('made up', number, hashJson(genome));
  const failed = rng.bool(0.1);
  return {
    status: failed ? 'failed' : 'done',
    score: failed ? null : rng.float(),
    ...{ steps: 4, engine: 'simulated', device: 'none', seconds: 1, attempts: 1 },
    error: failed ? 'made to fail' : null,
    curves: [],
  };
}
