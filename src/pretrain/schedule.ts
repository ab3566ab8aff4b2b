/**
 * Learning rates by step: linear warm-up, then a half cosine to zero (Loshchilov & Hutter 2017) or constant.
 */
import type { TrainingOptions } from './options.js';

type Schedule = Pick<TrainingOptions, 'steps' | 'learningRate' | 'warmup' | 'schedule'>;

export function learningRate(options: Schedule, step: number): number {
  const warmup = Math.round(options.warmup * options.steps);
  if (step < warmup) return (options.learningRate * (step + 1)) / warmup;
  if (options.schedule === 'constant') return options.learningRate;
  const progress = (step - warmup) / Math.max(1, options.steps - warmup);
  return options.learningRate * 0.5 * (1 + Math.cos(Math.PI * progress));
}
