/** Options that heads of time to event share. */
import { z } from 'zod';
import { hidden } from '../options.js';

/** At which times survival is told. */
export const told = {
  points: z
    .int()
    .min(1)
    .max(1000)
    .default(50)
    .describe('times at which survival is told: quantiles of the event times'),
};

/** How the axis of time is cut. */
export const discretised = {
  hidden,
  intervals: z
    .int()
    .min(2)
    .max(1000)
    .default(10)
    .describe('intervals of time; fewer where events have fewer distinct times'),
  cuts: z
    .enum(['quantiles', 'equidistant'])
    .default('quantiles')
    .describe('between intervals: quantiles of the event times, or equal distances'),
  ...told,
};

export const interpolation = z
  .enum(['density', 'hazard'])
  .default('density')
  .describe('what is taken for constant within an interval');
