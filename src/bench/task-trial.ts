/**
 * One task, one seed: pretrain, score on unseen patients, and probe the encoder before and after.
 */
import { present } from '../core/errors.js';
import { rngOf, type Rng } from '../core/random.js';
import { tensor, type TensorMap } from '../core/tensor.js';
import { onnxEngine, runGraph } from '../engines/onnx/index.js';
import { encoderWeights } from '../export/weights.js';
import type { Architecture } from '../nn/architecture.js';
import { programCost } from '../pretrain/cost.js';
import type { TrainingOptions } from '../pretrain/options.js';
import { heldOutBatches, pretrain } from '../pretrain/pretrain.js';
import { encoderGraph, encoderPrefix, trainingProgram } from '../pretrain/program.js';
import type { LabelledCrop } from '../probes/labelled.js';
import { matrix, type Matrix } from '../probes/matrix.js';
import { probe } from '../probes/probe.js';
import type { ScanSet } from '../scans/scan-set.js';
import type { TaskPlan } from '../tasks/task.js';
import { cutPatch, plain } from '../../proxy-tasks/shared/patch.js';

export interface Trial {
  readonly score: number;
  /** Ridge accuracy on unseen patients. */
  readonly probePretrained: number;
  readonly probeRandom: number;
  /** Effective rank of the pretrained features. */
  readonly rank: number;
}

export interface TrialOptions {
  readonly plan: TaskPlan;
  readonly set: ScanSet;
  readonly architecture: Architecture;
  readonly training: TrainingOptions;
  readonly labelled: readonly LabelledCrop[];
  readonly threads: number;
  readonly seed: number;
}

/**
 * Steps at rate 0 before random weights are probed: batch norm's running statistics settle, so that random and
 * pretrained encoders differ in their weights only.
 */
const settling = 40;

export async function trial(options: TrialOptions): Promise<Trial> {
  const { plan, set, architecture, training, labelled, threads, seed } = options;
  const program = trainingProgram(architecture, plan, training);
  const session = await onnxEngine.open(program, { device: 'cpu', threads });
  try {
    const train = (steps: number, learningRate: number, evaluationBatches: number) => {
      const own = { ...training, steps, learningRate, evaluationBatches };
      return pretrain({
        session,
        program,
        plan,
        set,
        options: own,
        rng: rngOf('bench', seed),
        heldOut: heldOutBatches(set, plan, own, rngOf('bench', 'held-out')),
        macs: programCost(program).macs,
        interrupted: () => false,
      });
    };
    const read = async (weights: TensorMap | undefined) => {
      const features = await featuresOf(architecture, present(weights, 'weights'), labelled);
      return probe(
        features,
        labelled.map(({ label }) => label),
        labelled.map(({ patient }) => patient),
        rngOf('bench', 'probe', seed),
      );
    };
    const random = await read((await train(settling, 0, 1)).weights);
    const trained = await train(training.steps, training.learningRate, training.evaluationBatches);
    const after = trained.weights === undefined ? undefined : await read(trained.weights);
    return {
      score: trained.score,
      probePretrained: after?.ridge.accuracy ?? NaN,
      probeRandom: random.ridge.accuracy,
      rank: after?.spread.effectiveRank ?? 0,
    };
  } finally {
    await session.dispose();
  }
}

const chunk = 50;

/** Mean over space of the features of each crop, in inference mode; the last chunk is filled up with zeros. */
async function featuresOf(
  architecture: Architecture,
  weights: TensorMap,
  crops: readonly LabelledCrop[],
): Promise<Matrix> {
  const shape = present(crops[0], 'labelled crops').crop.shape;
  const size = shape.reduce((product, extent) => product * extent, 1);
  const graph = encoderGraph(architecture, [chunk, ...shape]);
  const own = encoderWeights(architecture, weights, encoderPrefix);
  const rows: number[][] = [];
  const rng: Rng = rngOf('unused');
  for (let from = 0; from < crops.length; from += chunk) {
    const input = new Float32Array(chunk * size);
    crops.slice(from, from + chunk).forEach(({ crop }, i) => {
      const [, ...extent] = crop.shape;
      cutPatch(crop, [0, 0, 0], extent, plain, rng, input.subarray(i * size, (i + 1) * size));
    });
    const outputs = await runGraph(graph, own, { input: tensor([chunk, ...shape], input) });
    const { shape: out, data } = present(outputs['features'], 'features');
    const [, width = 1, ...space] = out;
    const voxels = space.reduce((product, extent) => product * extent, 1);
    for (let i = 0; i < Math.min(chunk, crops.length - from); i++) {
      rows.push(
        Array.from({ length: width }, (_, f) => {
          const at = (i * width + f) * voxels;
          let sum = 0;
          for (let v = at; v < at + voxels; v++) sum += data[v] ?? 0;
          return sum / voxels;
        }),
      );
    }
  }
  return matrix(rows.length, architecture.features, (i, j) => rows[i]?.[j] ?? 0);
}
