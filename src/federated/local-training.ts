/**
 * One round at a site: from the server's weights, a number of optimiser steps on its own scans, with a fresh optimiser
 * (McMahan et al. 2017, algorithm 1, ClientUpdate).
 */
import { meanOf } from '../core/statistics/descriptive.js';
import { present } from '../core/errors.js';
import type { Rng } from '../core/random.js';
import type { TensorMap } from '../core/tensor.js';
import type { Session } from '../engines/engine.js';
import { batchesHere } from '../pretrain/batches.js';
import type { TrainingOptions } from '../pretrain/options.js';
import { stepsPerCall } from '../pretrain/pretrain.js';
import { learningRate } from '../pretrain/schedule.js';
import type { TaskPlan } from '../tasks/task.js';
import { anchorsOf } from './proximal.js';
import type { Site } from './sites.js';

export interface LocalTraining {
  readonly session: Session;
  readonly plan: TaskPlan;
  /** `steps`: of all rounds together. */
  readonly training: TrainingOptions;
  readonly macs: number;
  readonly localSteps: number;
  /** True if the program has the term of FedProx. */
  readonly proximal: boolean;
  /** Keyed by the experiment; a site's batches draw from a generator named after it. */
  readonly rng: Rng;
}

export interface LocalResult {
  readonly weights: TensorMap;
  /** Mean loss of the steps; not finite where training diverged. */
  readonly loss: number;
}

/**
 * @param shared the server's weights
 * @param local what the site keeps to itself
 */
export async function trainLocally(
  { session, plan, training, macs, localSteps, proximal, rng }: LocalTraining,
  { name, set }: Site,
  round: number,
  shared: TensorMap,
  local: TensorMap,
): Promise<LocalResult> {
  session.load({ weights: { ...shared, ...local, ...(proximal ? anchorsOf(shared) : {}) } });
  const source = batchesHere({ set, plan, size: training.batch, split: 'train' });
  const { key } = rng.split('site', name);
  const losses: number[] = [];
  const end = (round + 1) * localSteps;
  for (let first = round * localSteps; first < end;) {
    const count = Math.min(end - first, stepsPerCall(plan, macs));
    const batches = await source.take({ key, first, count });
    const at = first;
    const rates = Float32Array.from({ length: count }, (_, i) => learningRate(training, at + i));
    const { curves } = await session.train(batches, rates);
    losses.push(...present(curves['loss'], 'a loss curve'));
    first += count;
  }
  return { weights: (await session.read()).weights, loss: meanOf(losses) };
}
