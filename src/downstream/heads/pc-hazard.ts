/**
 * Time to an event by a hazard that is constant within each interval, softplus of the outputs. Times count as they are, not by
 * their interval alone.
 *
 * Source: Kvamme and Borgan, "Continuous and discrete-time survival prediction with neural networks", Lifetime Data Analysis
 * 2021, section 3.2 (PC-Hazard); Holford 1976, Friedman 1982.
 */
import { z } from 'zod';
import { defineHead } from '../head.js';
import type { TimeTargets } from '../targets.js';
import { discretePlan, indices, upTo, type DiscreteModel } from './time/discrete.js';
import { discretised } from './time/options.js';

const Options = z.strictObject(discretised);

const model: DiscreteModel = {
  withinIntervals: true,
  // Hazards are per interval: −log of the hazard at the event, plus the cumulative hazard up to the end.
  loss: (b, outputs, { interval, event, share }) => {
    const index = indices(b, outputs.shape[1] ?? 1);
    const last = b.toFloat(b.equal(interval, index));
    const over = b.sub(b.toFloat(b.greaterEqual(interval, index)), last);
    const lived = b.mul(b.softplus(outputs), b.add(over, b.mul(last, share)));
    const atEvent = b.mul(b.mul(last, event), b.logSoftplus(outputs));
    return b.reduceMean(b.reduceSum(b.sub(lived, atEvent), [1]), [0]);
  },
  // exp(−H before) (1 − exp(−h)), the second by 1 − exp(−h) = 2 tanh(h/2) / (1 + tanh(h/2)), which does not cancel
  masses: (b, outputs) => {
    const hazard = b.softplus(outputs);
    const before = b.matmul(hazard, upTo(b, outputs.shape[1] ?? 1, true));
    const half = b.tanh(b.mul(hazard, b.scalar(0.5)));
    const within = b.div(b.mul(half, b.scalar(2)), b.add(half, b.scalar(1)));
    return b.mul(b.exp(b.neg(before)), within);
  },
  // softplus⁻¹(H) = log(exp(H) − 1), with H = −log(1 − h)
  start: (hazards) => hazards.map((one) => Math.log(one / (1 - one))),
  hazards: (b, outputs) => b.softplus(outputs),
};

export const pcHazard = defineHead<z.output<typeof Options>, TimeTargets>({
  name: 'pc-hazard',
  source: 'https://doi.org/10.1007/s10985-021-09532-6',
  targets: 'time',
  options: Options,
  plan: (options, context) =>
    discretePlan(model, { ...options, interpolation: 'hazard' }, context, 'pc-hazard'),
});
