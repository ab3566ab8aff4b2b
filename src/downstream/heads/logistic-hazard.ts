/**
 * Time to an event by the hazard of each interval: the probability of the event in it for one who reached it, by a logistic
 * function. The loss is a sum over rows, so that it decomposes over batches.
 *
 * Source: Gensheimer and Narasimhan, "A scalable discrete-time survival model for neural networks", PeerJ 2019; Brown 1975.
 */
import { z } from 'zod';
import { defineHead } from '../head.js';
import type { TimeTargets } from '../targets.js';
import { discretePlan, indices, upTo, type DiscreteModel } from './time/discrete.js';
import { discretised, interpolation } from './time/options.js';

const Options = z.strictObject({ ...discretised, interpolation });

const model: DiscreteModel = {
  // −log: 1 − h of the intervals that were come through, h of the one with the event.
  loss: (b, outputs, { interval, event }) => {
    const index = indices(b, outputs.shape[1] ?? 1);
    const reached = b.toFloat(b.greaterEqual(interval, index));
    const ended = b.mul(b.toFloat(b.equal(interval, index)), event);
    const terms = b.sub(b.mul(reached, b.softplus(outputs)), b.mul(ended, outputs));
    return b.reduceMean(b.reduceSum(terms, [1]), [0]);
  },
  masses: (b, outputs) => {
    const before = b.matmul(b.softplus(outputs), upTo(b, outputs.shape[1] ?? 1, true));
    return b.mul(b.exp(b.neg(before)), b.sigmoid(outputs));
  },
  start: (hazards) => hazards.map((one) => Math.log(one / (1 - one))),
  hazards: (b, outputs) => b.softplus(outputs),
};

export const logisticHazard = defineHead<z.output<typeof Options>, TimeTargets>({
  name: 'logistic-hazard',
  source: 'https://doi.org/10.7717/peerj.6257',
  targets: 'time',
  options: Options,
  plan: (options, context) => discretePlan(model, options, context, 'logistic-hazard'),
});
