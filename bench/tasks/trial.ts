/**
 * Trial of one task on one seed: pretrains, scores on unseen patients, and probes the encoder before and after.
 */
import { present } from '../../src/core/errors.js';
import { rngOf } from '../../src/core/random.js';
import type { TensorMap } from '../../src/core/tensor.js';
import { onnxEngine } from '../../src/engines/onnx/index.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { programCost } from '../../src/pretrain/cost.js';
import type { TrainingOptions } from '../../src/pretrain/options.js';
import { heldOutBatches, pretrain } from '../../src/pretrain/pretrain.js';
import { trainingProgram } from '../../src/pretrain/program.js';
import type { LabelledSet } from '../../src/probes/labelled-set.js';
import { probe } from '../../src/probes/probe.js';
import type { ScanSet } from '../../src/scans/sampling/scan-set.js';
import type { TaskPlan } from '../../src/tasks/task.js';
import { frozenFeatures } from '../../src/workers/probe.js';

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
  readonly labelled: LabelledSet;
  readonly threads: number;
  readonly seed: number;
}

/**
 * Steps at learning rate 0 before random weights are probed: batch norm's running statistics settle, so that random and
 * pretrained encoders differ only in their weights.
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
      const features = await frozenFeatures(architecture, present(weights, 'weights'), { labelled, threads });
      return probe(features, labelled.labels, labelled.patients, rngOf('bench', 'probe', seed));
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
