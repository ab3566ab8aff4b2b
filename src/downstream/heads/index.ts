/** All heads that come with voxolve. */
import type { Head } from '../head.js';
import { classes } from './classes.js';
import { cox } from './cox.js';
import { coxCc } from './cox-cc.js';
import { coxTime } from './cox-time.js';
import { deephit } from './deephit.js';
import { evidential } from './evidential.js';
import { logisticHazard } from './logistic-hazard.js';
import { mtlr } from './mtlr.js';
import { pcHazard } from './pc-hazard.js';
import { pmf } from './pmf.js';
import { value } from './value.js';

export const heads: Readonly<Record<string, Head>> = {
  classes,
  evidential,
  value,
  'logistic-hazard': logisticHazard,
  pmf,
  mtlr,
  'pc-hazard': pcHazard,
  deephit,
  cox,
  'cox-cc': coxCc,
  'cox-time': coxTime,
};
