/**
 * Time to an event by the probability of the event in each interval, a softmax over the intervals and the time after them.
 *
 * Source: Kvamme and Borgan, "Continuous and discrete-time survival prediction with neural networks", Lifetime Data Analysis
 * 2021, section 3.1 (PMF); Lee et al. 2018.
 */
import { z } from 'zod';
import { defineHead } from '../head.js';
import type { TimeTargets } from '../targets.js';
import { discretePlan } from './time/discrete.js';
import { massModel } from './time/masses.js';
import { discretised, interpolation } from './time/options.js';

const Options = z.strictObject({ ...discretised, interpolation });

export const pmf = defineHead<z.output<typeof Options>, TimeTargets>({
  name: 'pmf',
  source: 'https://doi.org/10.1007/s10985-021-09532-6',
  targets: 'time',
  options: Options,
  plan: (options, context) => discretePlan(massModel, options, context, 'pmf'),
});
