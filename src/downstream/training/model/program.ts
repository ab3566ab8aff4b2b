/**
 * The training program of a downstream model.
 */
import type { OptimiserSpec, TrainingProgram } from '../../../engines/engine.js';
import { encoderPrefix } from '../../../pretrain/program.js';
import { rowsOf } from '../../targets.js';
import type { DownstreamTask } from '../../task-file.js';
import { cropsAtOnce, encodingGraph } from '../encode.js';
import { encoderRates } from './layer-rates.js';
import { batchSize } from '../batches/model-batches.js';
import { lossGraph } from './graph.js';
import type { ModelPlan } from './plan.js';
import type { ModelRows } from '../rows.js';

/** Of sessions that only evaluate. */
export const NO_STEPS: OptimiserSpec = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 };

/** Evaluates the loss of held-out rows or, where an encoder is trained, the features of crops. */
export function modelProgram(
  task: DownstreamTask,
  plan: ModelPlan,
  train: ModelRows,
  heldOut: ModelRows,
): TrainingProgram {
  const { clipNorm } = task.training;
  const { encoder } = plan;
  return {
    train: lossGraph(plan, batchSize(task, plan, train), true),
    evaluate:
      encoder === undefined
        ? lossGraph(plan, rowsOf(heldOut.targets), false)
        : encodingGraph(encoder, cropsAtOnce(encoder.shape), encoder.shape, encoderPrefix),
    optimiser: optimiserOf(task.training),
    ...(clipNorm === undefined ? {} : { clipNorm }),
    ...(encoder && { rates: encoderRates(encoder.architecture, task.encoder) }),
  };
}

/** With Nesterov's look ahead. */
export const SGD_MOMENTUM = 0.9;

function optimiserOf({ optimiser, weightDecay }: DownstreamTask['training']): OptimiserSpec {
  return optimiser === 'sgd'
    ? { kind: optimiser, momentum: SGD_MOMENTUM, nesterov: true, weightDecay }
    : { kind: optimiser, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay };
}
