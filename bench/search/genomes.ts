/**
 * The first candidates of a search, as its workers would be sent them, without training any: the study itself asks the
 * strategy, and is told recorded scores instead of measured ones. So the founders are those of the experiment's seed,
 * and whatever follows descends from them as it did when the scores were recorded, on every machine alike.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strategyOf } from '../../src/api/searching/study-plan.js';
import { UserError } from '../../src/core/errors.js';
import type { EvaluationJob } from '../../src/core/records.js';
import type { ConstrainedExperiment } from '../../src/experiment/resolve.js';
import { createExperiment, openStore, type NewExperiment } from '../../src/store/index.js';
import { runStudy } from '../../src/study/index.js';
import { createScorer } from '../../src/workers/zero-cost/scorer.js';

/**
 * The jobs of the first `count` candidates, by number; candidates that cannot be trained under the constraints are left
 * out, as they are in a search. A score that was not recorded counts as chance.
 */
export async function searchJobs(
  resolved: ConstrainedExperiment,
  scores: readonly number[],
  count: number,
): Promise<readonly EvaluationJob[]> {
  const folder = mkdtempSync(join(tmpdir(), 'voxolve-bench-'));
  const store = openStore(join(folder, 'study.db'), 'create');
  const scorer = createScorer(resolved);
  const jobs: EvaluationJob[] = [];
  try {
    await runStudy({
      store,
      experiment: createExperiment(store, record(resolved, count), new Date(0)),
      strategy: strategyOf(resolved, scorer),
      feasibility: resolved.feasibility,
      candidates: count,
      keepWeights: 1,
      evaluators: {
        capacity: 1,
        evaluate: (job) => {
          jobs.push(job);
          const score = scores[job.number] ?? resolved.plan.chance;
          return Promise.resolve({ ...TOLD, status: 'done', score });
        },
      },
    });
  } finally {
    scorer.close();
    store.close();
    rmSync(folder, { recursive: true });
  }
  if (jobs.length === 0)
    throw new UserError({
      subject: `experiment ${resolved.experiment.name}`,
      problem: 'has no candidate that can be trained under its constraints',
      fix: 'loosen them',
    });
  return jobs.sort((a, b) => a.number - b.number);
}

const TOLD = {
  steps: 1,
  engine: 'recorded',
  device: 'none',
  seconds: 0,
  error: null,
  attempts: 1,
  curves: [],
};

function record({ experiment, plan, space, task }: ConstrainedExperiment, candidates: number): NewExperiment {
  const { name, seed, lookahead, strategy } = experiment;
  return {
    ...{ name, seed, lookahead, candidates, spec: {}, space: space.name, task: task.name },
    strategy: typeof strategy === 'string' ? strategy : strategy.name,
    ...{ engine: 'recorded', device: 'none', scans: 'phantoms', scansFingerprint: '0' },
    ...{ metric: plan.metric, chance: plan.chance, version: '0' },
  };
}
