/**
 * A number: a linear or two-layer head and the squared error, in units of the training targets' spread. A
 * linear head is solved exactly, with a penalty that is chosen from the rows where none is given.
 *
 * The metric is the share of variance explained around the training mean, 1 − error / variance.
 */
import { z } from 'zod';
import { present } from '../../core/errors.js';
import { meanOf } from '../../core/statistics/descriptive.js';
import { tensor } from '../../core/tensor.js';
import { defineHead } from '../head.js';
import { perceptron } from '../layers.js';
import type { ValueTargets } from '../targets.js';
import { hidden } from './options.js';
import { pythonHead } from './pytorch.js';
import { solveValue } from './value-solution.js';

const Options = z.strictObject({ hidden });

export const value = defineHead<z.output<typeof Options>, ValueTargets>({
  name: 'value',
  source: 'https://www.deeplearningbook.org/contents/mlp.html (section 6.2.2.1)',
  targets: 'value',
  options: Options,
  choosesPenalty: true,
  plan: (options, { features: columns, targets }) => {
    const mean = meanOf(targets.values);
    const deviation = Math.sqrt(meanOf(targets.values.map((one) => (one - mean) ** 2)));
    const scaled = (values: readonly number[]): number[] => values.map((one) => (one - mean) / deviation);
    return {
      inputs: (rows) => [{ name: 'target', shape: [rows], dtype: 'f32' }],
      feeds: ({ values }) => ({
        target: tensor([values.length], Float32Array.from(scaled(values))),
      }),
      loss: (b, features, { target }) => {
        const output = b.reshape(perceptron(b, features, options.hidden, 1), [-1]);
        const loss = b.reduceMean(b.square(b.sub(output, present(target, 'target'))), [0]);
        return { loss, metrics: { explained: b.sub(b.scalar(1), loss) } };
      },
      predict: (b, features) => {
        const output = b.reshape(perceptron(b, features, options.hidden, 1), [-1]);
        return { value: b.add(b.mul(output, b.scalar(deviation)), b.scalar(mean)) };
      },
      metric: 'explained',
      chance: 0,
      ...(options.hidden === 0 && {
        solve: ({ features, targets: own, patients }, penalty) =>
          solveValue(features, scaled((own as ValueTargets).values), penalty, patients),
      }),
      pytorch: () => pythonHead('value', { features: columns, hidden: options.hidden, mean, deviation }),
    };
  },
});
