/** Ends fitting in words where a loss is no number any more. */
import { UserError } from '../../core/errors.js';

export function refuseDivergence(head: string, step: number, loss: number): never {
  throw new UserError({
    subject: `fitting head ${head}`,
    problem: `the loss is ${loss} after step ${step}`,
    fix: 'lower "learningRate" of "training", or set its "clipNorm"',
  });
}
