/**
 * What engines are compared by: a few networks of the experiment's own space, as its task and training make programs of
 * them; an encoder that is fine-tuned, or only read; where there is neither, the reference network.
 *
 * Inputs are noise: how long a step takes depends on shapes alone.
 */
import { plainJson, type Json } from '../core/json.js';
import { rngOf } from '../core/random.js';
import type { Genome } from '../core/records.js';
import { intTensor, sizeOf, tensor, type AnyTensor, type TensorMap } from '../core/tensor.js';
import type { Feeds, TrainingProgram } from '../engines/engine.js';
import { spaceRecord } from '../experiment/code-record.js';
import { resolveExperiment } from '../experiment/resolve.js';
import type { Graph } from '../ir/graph.js';
import type { Experiment } from '../experiment/schema.js';
import { initialWeights } from '../pretrain/initialise.js';
import { encoderProgram, type EncoderWorkload } from './encoder-workload.js';
import { referenceProgram } from './reference-network.js';

/** Networks that are measured. */
const NETWORKS = 3;
/** Draws after which fewer do. */
const MOST_DRAWS = 300;

export type Workload = SearchWorkload | EncoderWorkload;

export interface SearchWorkload {
  readonly experiment: Experiment;
  /** Not empty. */
  readonly genomes: readonly Genome[];
  /** What the networks are made from, and the user's own code among it. */
  readonly code: Json;
}

/** Seeded draws that keep the experiment's limits, the latency's excepted; undefined where none does. */
export async function workloadOf(experiment: Experiment): Promise<SearchWorkload | undefined> {
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
    code: spaceRecord(space.name, code, experiment),
  };
}

/** What bears on the speed of the workload's networks. */
export function bearingOf(workload: Workload | undefined): Json {
  if (workload === undefined) return null;
  if ('architecture' in workload) return plainJson({ ...workload });
  const { proxyTask, training } = workload.experiment;
  return plainJson([workload.code, workload.genomes, proxyTask, training]);
}

/** The programs of the workload, made from what crosses a process; the reference network's without one. */
export async function programsOf(workload: Workload | undefined): Promise<readonly TrainingProgram[]> {
  if (workload === undefined) return [referenceProgram()];
  if ('architecture' in workload) return [encoderProgram(workload)];
  const planned = (await resolveExperiment(workload.experiment)).planFor(1);
  return workload.genomes.map((genome) => planned.program(planned.architecture(genome)));
}

export function startWeights({ parameters }: Graph): TensorMap {
  return initialWeights(parameters, rngOf('calibration', 'weights'));
}

/** Feeds for `steps` steps, or for one run where they are left out: noise, and zeros for integers, which are labels or places in every task. */
export function noise({ inputs }: Graph, steps?: number): Feeds {
  return Object.fromEntries(
    inputs.map(({ name, shape, dtype }): [string, AnyTensor] => {
      const extents = steps === undefined ? shape : [steps, ...shape];
      const size = sizeOf(extents);
      if (dtype === 'i64') return [name, intTensor(extents, new Int32Array(size))];
      const rng = rngOf('calibration', name);
      return [
        name,
        tensor(
          extents,
          Float32Array.from({ length: size }, () => rng.normal()),
        ),
      ];
    }),
  );
}
