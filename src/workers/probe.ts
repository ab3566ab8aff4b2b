/**
 * Probes the features of a trained encoder: in inference mode, on the CPU, whatever device trained it.
 */
import type { ProbeValue } from '../core/records.js';
import { rngOf } from '../core/random.js';
import { runGraph } from '../engines/onnx/index.js';
import type { TensorMap } from '../core/tensor.js';
import type { Architecture } from '../nn/architecture.js';
import { Interrupted } from '../pretrain/pretrain.js';
import { encoderGraph, encoderPrefix } from '../pretrain/program.js';
import { featuresOf } from '../probes/features.js';
import type { LabelledSet } from '../probes/labelled-set.js';
import type { Matrix } from '../core/linear-algebra/matrix.js';
import { probe } from '../probes/probe.js';
import { probeValues } from '../probes/values.js';

export interface ProbeJob {
  readonly labelled: LabelledSet;
  readonly threads: number;
  /** Asked between the passes of crops; once true, it throws `Interrupted`. */
  readonly interrupted?: () => boolean;
}

/** `weights`: of a training program. The split of patients is the same for all candidates of a labelled set. */
export async function probeFeatures(
  architecture: Architecture,
  weights: TensorMap,
  job: ProbeJob,
): Promise<readonly ProbeValue[]> {
  const features = await frozenFeatures(architecture, weights, job);
  const { labels, patients, fingerprint } = job.labelled;
  return probeValues(probe(features, labels, patients, rngOf('probe', fingerprint)), features);
}

/** One row per crop; `weights`: of a training program. */
export function frozenFeatures(
  architecture: Architecture,
  weights: TensorMap,
  { labelled, threads, interrupted }: ProbeJob,
): Promise<Matrix> {
  const own = encoderWeights(weights);
  return featuresOf(labelled, (input) => {
    if (interrupted?.() === true) throw new Interrupted();
    const graph = encoderGraph(architecture, input.shape as [number, number, number, number, number]);
    return runGraph(graph, own, { input }, { device: 'cpu', threads });
  });
}

/** The encoder's weights of a training program, named as in its `state_dict`. */
export function encoderWeights(weights: TensorMap): TensorMap {
  return Object.fromEntries(
    Object.entries(weights)
      .filter(([name]) => name.startsWith(encoderPrefix))
      .map(([name, value]) => [name.slice(encoderPrefix.length), value]),
  );
}
