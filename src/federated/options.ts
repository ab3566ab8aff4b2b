/**
 * Options of a federation: the file that `--federated` names.
 */
import { z } from 'zod';

const Site = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'up to 64 letters, digits, "-" and "_"')
    .describe('its name in reports'),
  scans: z
    .array(z.string().min(1))
    .min(1)
    .describe('its scans: folders within that of the scans, files, or patients as the manifest names them'),
});

export const FederationOptions = z
  .strictObject({
    sites: z
      .union([z.int().min(2).max(1000), z.array(Site).min(2).max(1000)])
      .describe('number of sites that patients are dealt to at random, or a list of sites'),
    seed: z.int().min(0).default(0).describe('of the deal'),
    rounds: z.int().positive().default(20),
    localSteps: z.int().positive().default(10).describe('optimiser steps of a site in a round'),
    algorithm: z.enum(['fedavg', 'fedprox']).default('fedavg'),
    mu: z.number().positive().optional().describe('weight of the proximal term of fedprox; without it 0.01'),
    participation: z
      .number()
      .gt(0)
      .max(1)
      .default(1)
      .describe('share of the sites in a round; with noise, the probability that a site takes part'),
    lost: z.number().min(0).lt(1).default(0).describe('probability that a site is lost in mid-round'),
    normalisation: z
      .enum(['shared', 'local'])
      .default('shared')
      .describe('local: batch norms stay at the sites, each of which ends with its own network'),
    clip: z.number().positive().optional().describe("largest norm of a site's update"),
    noise: z
      .number()
      .positive()
      .optional()
      .describe('deviation of the noise on the sum of updates, as a multiple of clip'),
    epsilon: z
      .number()
      .positive()
      .optional()
      .describe('noise is chosen so that all rounds cost at most this'),
    delta: z.number().gt(0).lt(1).default(1e-5).describe('probability with which epsilon may not hold'),
    evaluateEvery: z
      .int()
      .positive()
      .optional()
      .describe('rounds between validations; without it a tenth of them'),
    pooled: z.boolean().default(true).describe('trains on all scans together too, to compare'),
  })
  .refine(({ algorithm, mu }) => mu === undefined || algorithm === 'fedprox', {
    path: ['mu'],
    error: 'only the algorithm fedprox takes it',
  })
  .refine(({ noise, epsilon }) => noise === undefined || epsilon === undefined, {
    path: ['epsilon'],
    error: 'it chooses the noise: give one of both',
  })
  .refine(
    ({ noise, epsilon, clip }) => (noise === undefined && epsilon === undefined) || clip !== undefined,
    {
      path: ['noise'],
      error: 'noise protects only what is clipped: set "clip"',
    },
  )
  .refine(
    ({ sites }) =>
      typeof sites === 'number' || new Set(sites.map(({ name }) => name.toLowerCase())).size === sites.length,
    {
      path: ['sites'],
      error: 'every site needs a name of its own',
    },
  );

export type FederationOptions = z.output<typeof FederationOptions>;
