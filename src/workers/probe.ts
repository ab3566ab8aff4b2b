/**
 * Probes the features of a trained encoder: in inference mode, on the CPU, whatever device trained it.
 */
import type { ProbeValue } from '../core/records.js';
import { rngOf } from '../core/random.js';
import { runGraph } from '../engines/onnx/index.js';
import type { TensorMap } from '../core/tensor.js';
import type { Architecture } from '../nn/architecture.js';
import { encoderGraph, encoderPrefix } from '../pretrain/program.js';
import { featuresOf } from '../probes/features.js';
import type { LabelledSet } from '../probes/labelled-set.js';
import type { Matrix } from '../core/linear-algebra/matrix.js';
import { probe } from '../probes/probe.js';
import { probeValues } from '../probes/values.js';

/** `weights`: of a training program. The split of patients is the same for all candidates of a labelled set. */
export async function probeFeatures(
  architecture: Architecture,
  weights: TensorMap,
  labelled: LabelledSet,
  threads: number,
): Promise<readonly ProbeValue[]> {
  const features = await frozenFeatures(architecture, weights, labelled, threads);
  const { labels, patients, fingerprint } = labelled;
  return probeValues(probe(features, labels, patients, rngOf('probe', fingerprint)), features);
}

/** One row per crop; `weights`: of a training program. */
export function frozenFeatures(
  architecture: Architecture,
  weights: TensorMap,
  labelled: LabelledSet,
  threads: number,
): Promise<Matrix> {
  const own = encoderWeights(weights);
  return featuresOf(labelled, (input) =>
    runGraph(
      encoderGraph(architecture, input.shape as [number, number, number, number, number]),
      own,
      { input },
      { device: 'cpu', threads },
    ),
  );
}

/** The encoder's weights of a training program, named as in its `state_dict`. */
export function encoderWeights(weights: TensorMap): TensorMap {
  return Object.fromEntries(
    Object.entries(weights)
      .filter(([name]) => name.startsWith(encoderPrefix))
      .map(([name, value]) => [name.slice(encoderPrefix.length), value]),
  );
}
