/** All heads that come with voxolve. */
import type { Head } from '../head.js';
import { classes } from './classes.js';
import { cox } from './cox.js';
import { logisticHazard } from './logistic-hazard.js';
import { value } from './value.js';

export const heads: Readonly<Record<string, Head>> = {
  classes,
  value,
  'logistic-hazard': logisticHazard,
  cox,
};
