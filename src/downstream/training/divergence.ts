/** Ends fitting in words where a loss is no number any more. */
import { UserError } from '../../core/errors.js';

/** A loss of a head's training that is no number. */
export class Divergence extends UserError {}

export function refuseDivergence(head: string, step: number, loss: number): never {
  throw new Divergence({
    subject: `fitting head ${head}`,
    problem: `the loss is ${loss} after step ${step}`,
    fix: 'lower "learningRate" of "training", or set its "clipNorm"',
  });
}
