/**
 * Pieces of the tasks' option schemas. Every complaint names the whole valid range.
 */
import type { Triple } from '../../src/core/tensor.js';
import { z } from 'zod';

/** An integer in [low, high]. */
export function whole(low: number, high: number) {
  const error = `a whole number from ${low} to ${high}`;
  return z.number({ error }).int({ error }).min(low, { error }).max(high, { error });
}

/** A number in [low, high]. */
export function between(low: number, high: number) {
  const error = `a number from ${low} to ${high}`;
  return z.number({ error }).min(low, { error }).max(high, { error });
}

/** A side in voxels, or one per axis `[depth, height, width]`. */
export function sides(low: number, high: number) {
  const side = whole(low, high);
  return z.union([side, z.tuple([side, side, side])], {
    error: `a whole number from ${low} to ${high}, or three of them: [depth, height, width]`,
  });
}

export function tripleOf(side: number | Triple): Triple {
  return typeof side === 'number' ? [side, side, side] : side;
}

/** Options that most tasks share. */
export const common = {
  foreground: between(0, 0.9).default(0.1).describe('least share of tissue in what the encoder sees'),
  contrast: between(0, 0.5).default(0.15).describe('intensity jitter in training'),
  hidden: whole(1, 4096).default(64).describe('width of the head'),
};

const level = z
  .boolean({ error: 'true or false' })
  .describe('whether the linear trend of intensity is taken out of what the encoder sees');

/** Options of video tasks: clips are short boxes too, but their place rarely tells what changes in time. */
export const filmed = { ...common, level: level.default(false) };

/**
 * Options of tasks that ask where something lies. Outlines of the body and slopes of brightness would answer that, so
 * patches lie in tissue and are levelled.
 */
export const placed = {
  ...common,
  foreground: common.foreground.unwrap().default(0.8),
  level: level.default(true),
};
