/**
 * Comparison of networks on one experiment's task: each is trained from scratch with the same steps on several seeds,
 * and scored on patients that it was not trained on. A seed decides the split of the patients, the batches, the initial
 * weights and the held-out crops, alike for every network, so that scores can be compared in pairs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { present } from '../../src/core/errors.js';
import { rngOf } from '../../src/core/random.js';
import { writeAtomicallySync } from '../../src/core/atomic-write.js';
import { engines } from '../../src/engines/index.js';
import { resolveExperiment, type PlannedExperiment } from '../../src/experiment/resolve.js';
import type { Experiment } from '../../src/experiment/schema.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { programCost } from '../../src/pretrain/cost.js';
import { heldOutBatches, pretrain } from '../../src/pretrain/pretrain.js';
import { loadScanSet } from '../../src/scans/load.js';

export interface Contest {
  readonly resolved: PlannedExperiment;
  /** Returns the score of one network on one seed, from the record if it is there. */
  score(name: string, architecture: Architecture, seed: number): Promise<number>;
}

/** `record`: a JSON file of the scores so far, by network and seed, so that a long comparison can be resumed. */
export async function openContest(experiment: Experiment, scans: string, record: string): Promise<Contest> {
  const known = existsSync(record)
    ? (JSON.parse(readFileSync(record, 'utf8')) as Record<string, number>)
    : {};
  const loaded = await resolveExperiment(experiment);
  const draft = loaded.planFor(1);
  const open = async (seed: number) =>
    (await loadScanSet(scans, experiment.scans, { seed, minimumSize: draft.plan.crop })).set;
  const { channels } = await open(experiment.seed);
  const resolved = loaded.planFor(channels);
  return {
    resolved,
    score: async (name, architecture, seed) => {
      const key = `${name} ${seed}`;
      const before = known[key];
      if (before !== undefined) return before;
      const { plan } = resolved;
      const { training, threads } = experiment;
      const program = resolved.program(architecture);
      const set = await open(seed);
      const session = await present(engines['onnx'], 'onnx').open(program, { device: 'cpu', threads });
      try {
        const { score } = await pretrain({
          session,
          program,
          plan,
          set,
          options: training,
          rng: rngOf(seed, 'contest'),
          heldOut: heldOutBatches(set, plan, training, rngOf(seed, 'held-out')),
          macs: programCost(program).macs,
          interrupted: () => false,
        });
        known[key] = score;
        writeAtomicallySync(record, `${JSON.stringify(known, null, 2)}\n`);
        return score;
      } finally {
        await session.dispose();
      }
    },
  };
}
