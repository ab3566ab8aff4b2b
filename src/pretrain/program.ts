/**
 * From an architecture and a proxy task to a training program, and what it will cost.
 */
import { Builder } from '../ir/builder.js';
import type { Graph, Value } from '../ir/graph.js';
import { neededPart } from '../ir/needed.js';
import type { Architecture } from '../nn/architecture.js';
import { buildEncoder } from '../nn/build.js';
import type { OptimiserSpec, TrainingProgram } from '../engines/engine.js';
import type { TaskLoss, TaskPlan } from '../tasks/task.js';
import type { TrainingOptions } from './options.js';

/** Prefix of the encoder's parameters in a training program. */
export const encoderPrefix = 'encoder.';

export function trainingProgram(
  architecture: Architecture,
  plan: TaskPlan,
  options: TrainingOptions,
): TrainingProgram {
  return {
    train: taskGraph(architecture, plan, true, options.labelSmoothing),
    evaluate: taskGraph(architecture, plan, false),
    optimiser: optimiserOf(options),
    ...(options.clipNorm === undefined ? {} : { clipNorm: options.clipNorm }),
  };
}

/** Encoder, head and loss as one graph; outputs `loss` and the task's metrics. */
export function taskGraph(
  architecture: Architecture,
  plan: TaskPlan,
  training: boolean,
  labelSmoothing = 0,
): Graph {
  const builder = new Builder();
  const { loss, metrics } = builder.smoothed(labelSmoothing, () =>
    taskLoss(builder, architecture, plan, training),
  );
  builder.output('loss', loss);
  for (const [name, value] of Object.entries(metrics)) builder.output(name, value);
  return builder.build();
}

/**
 * Encoder and head in inference mode: what the encoder sees of a batch → `answer`, the logits or voxels that the task shows to people;
 * null where it shows none.
 */
export function answerGraph(architecture: Architecture, plan: TaskPlan): Graph | null {
  const builder = new Builder();
  const { answer } = taskLoss(builder, architecture, plan, false);
  if (answer === undefined) return null;
  builder.output('answer', answer);
  return neededPart(builder.build());
}

function taskLoss(builder: Builder, architecture: Architecture, plan: TaskPlan, training: boolean): TaskLoss {
  const inputs = Object.fromEntries(
    plan.inputs.map(({ name, shape, dtype }) => [name, builder.input(name, shape, dtype)]),
  );
  const encode = (input: Value): Value =>
    builder.within('', () => buildEncoder(builder, architecture, input, { training, prefix: encoderPrefix }));
  return plan.loss(builder, inputs, encode);
}

/** The encoder alone in inference mode: `input` [N, C, D, H, W] → `features`. Weights are named as in its `state_dict`. */
export function encoderGraph(
  architecture: Architecture,
  input: readonly [number, number, number, number, number],
): Graph {
  const builder = new Builder();
  const x = builder.input('input', input);
  builder.output('features', buildEncoder(builder, architecture, x, { training: false }));
  return builder.build();
}

function optimiserOf({ optimiser, momentum = 0.9, weightDecay }: TrainingOptions): OptimiserSpec {
  return optimiser === 'sgd'
    ? { kind: optimiser, momentum, nesterov: true, weightDecay }
    : { kind: optimiser, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay };
}
