/**
 * Time to an event by DeepHit, for a single event: the likelihood of `pmf`, and a term that ranks pairs of rows by their
 * probability to have had the event.
 *
 * Source: Lee et al., "DeepHit: a deep learning approach to survival analysis with competing risks", AAAI 2018, with weights as
 * Kvamme et al., "Time-to-event prediction with neural networks and Cox regression", JMLR 2019, write them.
 */
import { z } from 'zod';
import type { Builder } from '../../ir/builder.js';
import type { Value } from '../../ir/graph.js';
import { defineHead } from '../head.js';
import type { TimeTargets } from '../targets.js';
import { discretePlan, indices, upTo, type EndColumns } from './time/discrete.js';
import { intervalMasses, massLogits, massLoss, withRest } from './time/masses.js';
import { discretised, interpolation } from './time/options.js';

const Options = z.strictObject({
  ...discretised,
  interpolation,
  alpha: z.number().min(0).max(1).default(0.2).describe('weight of the likelihood; the ranking has the rest'),
  sigma: z
    .number()
    .min(0.02)
    .max(10)
    .default(0.1)
    .describe('difference of probabilities that counts in the ranking'),
});

export const deephit = defineHead<z.output<typeof Options>, TimeTargets>({
  name: 'deephit',
  source: 'https://doi.org/10.1609/aaai.v32i1.11842',
  targets: 'time',
  options: Options,
  plan: (options, context) => ({
    ...discretePlan(
      {
        loss: (b, outputs, ends) =>
          b.add(
            b.mul(massLoss(b, outputs, ends), b.scalar(options.alpha)),
            b.mul(rankingLoss(b, outputs, ends, options.sigma), b.scalar(1 - options.alpha)),
          ),
        masses: intervalMasses,
        start: massLogits,
        settings: { alpha: options.alpha, sigma: options.sigma },
      },
      options,
      context,
      'deephit',
    ),
    comparesRows: true,
  }),
});

/**
 * Mean over all pairs of exp(−(F_i(T_i) − F_j(T_i)) / σ) where i has its event in an interval that j came through, else of 0; F
 * is the probability to have had the event.
 */
function rankingLoss(b: Builder, outputs: Value, { interval, event }: EndColumns, sigma: number): Value {
  const n = outputs.shape[0] ?? 1;
  const count = (outputs.shape[1] ?? 1) + 1;
  const had = b.matmul(b.softmax(withRest(b, outputs)), upTo(b, count));
  const here = b.toFloat(b.equal(interval, indices(b, count)));
  /** F of row j (across) at the interval of row i (down). */
  const others = b.matmul(here, had, { b: true });
  const own = b.reduceSum(b.mul(here, had), [1], true);
  const across = (x: Value): Value => b.reshape(x, [1, n]);
  const later = b.sub(b.scalar(1), b.toFloat(b.greaterEqual(interval, across(interval))));
  const censored = b.mul(b.toFloat(b.equal(interval, across(interval))), b.sub(b.scalar(1), across(event)));
  const ranked = b.mul(event, b.add(later, censored));
  const terms = b.mul(ranked, b.exp(b.mul(b.sub(others, own), b.scalar(1 / sigma))));
  return b.reduceMean(terms, [0, 1]);
}
