/**
 * A federation small enough for a test: random volumes of a few patients, a network of one convolution with group norm, whose task is
 * to tell crops that were turned upside down.
 */
import { rngOf, type Rng } from '../../src/core/random.js';
import { intTensor, tensor } from '../../src/core/tensor.js';
import { engines } from '../../src/engines/index.js';
import type { Session, TrainingProgram } from '../../src/engines/engine.js';
import type { FederationJob } from '../../src/federated/federation.js';
import type { Site } from '../../src/federated/sites.js';
import { Builder } from '../../src/ir/builder.js';
import type { Graph } from '../../src/ir/graph.js';
import { heldOutBatches } from '../../src/pretrain/pretrain.js';
import { TrainingOptions } from '../../src/pretrain/options.js';
import { memoryVolume, type ScanSet, type Volume } from '../../src/scans/sampling/scan-set.js';
import type { TaskPlan } from '../../src/tasks/task.js';

const SIZE = 6;
const CHANNELS = 4;

/** Crops `[batch, 1, 6, 6, 6]`, half of them turned upside down, and whether they are. */
export function smallPlan(batch: number): TaskPlan {
  const shape = [batch, 1, SIZE, SIZE, SIZE] as const;
  return {
    crop: [SIZE, SIZE, SIZE],
    foreground: 0,
    inputs: [
      { name: 'crops', shape, dtype: 'f32' },
      { name: 'turned', shape: [batch], dtype: 'i64' },
    ],
    encoderInput: shape,
    metric: 'accuracy',
    chance: 0.5,
    worst: 0,
    prepare: (crops, rng) => {
      const turned = Int32Array.from(crops, () => (rng.bool(0.5) ? 1 : 0));
      const values = crops.flatMap(({ voxels }, i) =>
        turned[i] === 1 ? Array.from(voxels).reverse() : Array.from(voxels),
      );
      return { crops: tensor(shape, Float32Array.from(values)), turned: intTensor([batch], turned) };
    },
    loss: () => {
      throw new Error('the program is built by hand');
    },
  };
}

export type Norm = 'group' | 'batch';

function graphOf(batch: number, norm: Norm, training: boolean): Graph {
  const b = new Builder();
  const crops = b.input('crops', [batch, 1, SIZE, SIZE, SIZE]);
  const turned = b.input('turned', [batch], 'i64');
  const weight = b.parameter('conv.weight', [CHANNELS, 1, 3, 3, 3], { kind: 'normal', deviation: 0.2 });
  const convolved = b.conv(crops, weight, { stride: [2, 2, 2], padding: [1, 1, 1] });
  const constant = (name: string, value: number, trainable = true) =>
    b.parameter(`norm.${name}`, [CHANNELS], { kind: 'constant', value }, { trainable });
  const affine = { gamma: constant('weight', 1), beta: constant('bias', 0), epsilon: 1e-5 };
  const normed =
    norm === 'group'
      ? b.groupNorm(convolved, 2, affine)
      : b.batchNorm(convolved, {
          ...affine,
          mean: constant('running_mean', 0, false),
          variance: constant('running_var', 1, false),
          momentum: 0.1,
          training,
        });
  const cells = CHANNELS * (SIZE / 2) ** 3;
  const head = b.parameter('head.weight', [2, cells], { kind: 'normal', deviation: 0.1 });
  const logits = b.linear(b.reshape(b.relu(normed), [batch, cells]), head);
  b.output('loss', b.crossEntropy(logits, turned));
  b.output('accuracy', b.accuracy(logits, turned));
  return b.build();
}

export function smallProgram(batch: number, norm: Norm = 'group'): TrainingProgram {
  return {
    train: graphOf(batch, norm, true),
    evaluate: graphOf(batch, norm, false),
    optimiser: { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0.01 },
  };
}

export function open(program: TrainingProgram, threads = 1): Promise<Session> {
  const engine = engines['onnx'];
  if (engine === undefined) throw new Error('no engine onnx');
  return engine.open(program, { device: 'cpu', threads });
}

/** Random values that grow along the first axis, so that there is something to learn. */
function volume(patient: number, split: 'train' | 'validation', rng: Rng): Volume {
  const shape = [1, 8, 8, 8] as const;
  const voxels = Float32Array.from(
    { length: 512 },
    (_, i) => Math.floor(i / 64) / 4 - 1 + 0.5 * rng.normal(),
  );
  const facts = {
    id: `v${patient}`,
    split,
    patient,
    modality: null,
    shape,
    spacing: [1, 1, 1],
    frameTime: null,
  } as const;
  return memoryVolume(facts, voxels, new Uint8Array(512).fill(1));
}

/** Patients 0, 1, …, of which the last two are held out. */
export function smallScans(patients: number): ScanSet {
  const volumes = Array.from({ length: patients }, (_, i) =>
    volume(i, i < patients - 2 ? 'train' : 'validation', rngOf('volume', i)),
  );
  return { volumes, channels: 1, balance: 'patients', fingerprint: 'small' };
}

/** Sites of one patient each. */
export function smallSites(set: ScanSet): readonly Site[] {
  return set.volumes
    .filter(({ split }) => split === 'train')
    .map((one, i) => ({
      name: `site-${i + 1}`,
      patients: 1,
      set: { ...set, fingerprint: `small/${i}`, volumes: [one] },
    }));
}

export const BATCH = 4;

/** A job of four sites, to be changed. */
export function smallJob(
  session: Session,
  program: TrainingProgram,
  rounds = 3,
  localSteps = 2,
): FederationJob {
  const set = smallScans(6);
  const plan = smallPlan(BATCH);
  const training = TrainingOptions.parse({
    ...{ steps: rounds * localSteps, batch: BATCH, learningRate: 0.1, schedule: 'constant', warmup: 0 },
    evaluationBatches: 4,
  });
  return {
    ...{ session, plan, training, rounds, localSteps },
    parameters: program.train.parameters,
    localNames: new Set(),
    macs: 1,
    proximal: false,
    rng: rngOf('small'),
    sites: smallSites(set),
    participation: 1,
    lost: 0,
    delta: 1e-5,
    evaluateEvery: rounds,
    heldOut: heldOutBatches(set, plan, training, rngOf('held-out')),
    interrupted: () => false,
  };
}
