/**
 * Probes the features of a trained encoder: in inference mode, on the CPU, whatever device trained it.
 */
import { runGraph } from '../engines/onnx/index.js';
import type { TensorMap } from '../core/tensor.js';
import type { Architecture } from '../nn/architecture.js';
import { encoderGraph, encoderPrefix } from '../pretrain/program.js';
import { featuresOf } from '../probes/features.js';
import type { LabelledSet } from '../probes/labelled-set.js';
import { probe } from '../probes/probe.js';
import { probeValues, type ProbeValue } from '../probes/values.js';
import { rngOf } from '../core/random.js';

/** `weights`: of a training program. The split of patients is the same for all candidates of a labelled set. */
export async function probeFeatures(
  architecture: Architecture,
  weights: TensorMap,
  labelled: LabelledSet,
  threads: number,
): Promise<readonly ProbeValue[]> {
  const own = Object.fromEntries(
    Object.entries(weights)
      .filter(([name]) => name.startsWith(encoderPrefix))
      .map(([name, value]) => [name.slice(encoderPrefix.length), value]),
  );
  const features = await featuresOf(labelled, (input) =>
    runGraph(
      encoderGraph(architecture, input.shape as [number, number, number, number, number]),
      own,
      { input },
      { device: 'cpu', threads },
    ),
  );
  const { labels, patients, fingerprint } = labelled;
  return probeValues(probe(features, labels, patients, rngOf('probe', fingerprint)), features);
}
