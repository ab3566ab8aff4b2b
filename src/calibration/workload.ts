/**
 * What engines are compared by: a few networks of the experiment's own space, as its task and training make programs of
 * them; where there is no experiment, the reference network.
 *
 * Inputs are noise: how long a step takes depends on shapes alone.
 */
import { plainJson, type Json } from '../core/json.js';
import { rngOf } from '../core/random.js';
import type { Genome } from '../core/records.js';
import { intTensor, sizeOf, tensor, type AnyTensor, type TensorMap } from '../core/tensor.js';
import type { Feeds, TrainingProgram } from '../engines/engine.js';
import { resolveExperiment } from '../experiment/resolve.js';
import type { Experiment } from '../experiment/schema.js';
import { initialWeights } from '../pretrain/initialise.js';
import { referenceProgram } from './reference-network.js';

/** Networks that are measured. */
const NETWORKS = 3;
/** Draws after which fewer do. */
const MOST_DRAWS = 300;

export interface Workload {
  readonly experiment: Experiment;
  /** Not empty. */
  readonly genomes: readonly Genome[];
  /** What the networks are made from, and the user's own code among it. */
  readonly code: Json;
}

/** Seeded draws that keep the experiment's limits, the latency's excepted; undefined where none does. */
export async function workloadOf(experiment: Experiment): Promise<Workload | undefined> {
  const { code, space, ...loaded } = await resolveExperiment(experiment);
  const planned = loaded.planFor(1);
  const { feasibility } = planned.constrainBy(undefined);
  const genomes: Genome[] = [];
  for (let draw = 0; genomes.length < NETWORKS && draw < MOST_DRAWS; draw++) {
    const genome = space.gene.sample(rngOf('calibration', draw));
    if (feasibility(genome).feasible) genomes.push(genome);
  }
  if (genomes.length === 0) return undefined;
  return {
    experiment,
    genomes,
    code: plainJson([space.name, code.loaded?.[experiment.space] ?? code.space]),
  };
}

/** The programs of the workload, made from what crosses a process; the reference network's without one. */
export async function programsOf(workload: Workload | undefined): Promise<readonly TrainingProgram[]> {
  if (workload === undefined) return [referenceProgram()];
  const planned = (await resolveExperiment(workload.experiment)).planFor(1);
  return workload.genomes.map((genome) => planned.program(planned.architecture(genome)));
}

export function startWeights({ train }: TrainingProgram): TensorMap {
  return initialWeights(train.parameters, rngOf('calibration', 'weights'));
}

/** Feeds for `steps` steps: noise, and zeros for integers, which are labels or places in every task. */
export function noise({ train }: TrainingProgram, steps: number): Feeds {
  return Object.fromEntries(
    train.inputs.map(({ name, shape, dtype }): [string, AnyTensor] => {
      const extents = [steps, ...shape];
      const size = sizeOf(extents);
      const rng = rngOf('calibration', name);
      return dtype === 'i64'
        ? [name, intTensor(extents, new Int32Array(size))]
        : [
            name,
            tensor(
              extents,
              Float32Array.from({ length: size }, () => rng.normal()),
            ),
          ];
    }),
  );
}
