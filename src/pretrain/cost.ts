/**
 * What training a program will cost, before anything is compiled.
 */
import { differentiate } from '../autodiff/differentiate.js';
import type { TrainingProgram } from '../engines/engine.js';
import { costOf } from '../ir/cost.js';

export interface ProgramCost {
  /** Trainable parameters of encoder and head. */
  readonly params: number;
  /** Multiply-accumulates of one forward pass of a batch. */
  readonly macs: number;
  /** Predicted peak memory of a training step: weights, gradients, moments and live intermediate values. */
  readonly trainingBytes: number;
}

/** 32-bit copies of each parameter that a step holds: value and gradient, old and new moments, new value. */
const copies = { adamw: 7, lamb: 7, sgd: 5 } as const;

export function programCost(program: TrainingProgram): ProgramCost {
  const { params, macs } = costOf(program.evaluate);
  const { peakActivationBytes } = costOf(differentiate(program.train, 'loss'));
  return { params, macs, trainingBytes: peakActivationBytes + 4 * params * copies[program.optimiser.kind] };
}
