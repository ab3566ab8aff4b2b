/**
 * From an architecture and a proxy task to a training program, and what it will cost.
 */
import { Builder } from '../ir/builder.js';
import type { Graph, Value } from '../ir/graph.js';
import type { Architecture } from '../nn/architecture.js';
import { buildEncoder } from '../nn/build.js';
import type { OptimiserSpec, TrainingProgram } from '../engines/engine.js';
import type { TaskPlan } from '../tasks/task.js';
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
  const inputs = Object.fromEntries(
    plan.inputs.map(({ name, shape, dtype }) => [name, builder.input(name, shape, dtype)]),
  );
  const encode = (input: Value): Value =>
    builder.within('', () => buildEncoder(builder, architecture, input, { training, prefix: encoderPrefix }));
  const { loss, metrics } = builder.smoothed(labelSmoothing, () => plan.loss(builder, inputs, encode));
  builder.output('loss', loss);
  for (const [name, value] of Object.entries(metrics)) builder.output(name, value);
  return builder.build();
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
