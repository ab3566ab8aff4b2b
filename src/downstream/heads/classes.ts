/**
 * One of K classes: a linear or two-layer head, softmax and cross entropy, by steps or, where a linear head is asked to be
 * exact, at the minimum.
 */
import { z } from 'zod';
import { present, UserError } from '../../core/errors.js';
import { intTensor, type Tensor } from '../../core/tensor.js';
import { defineHead } from '../head.js';
import { perceptron } from '../layers.js';
import type { ClassTargets } from '../targets.js';
import { solveClasses } from './classes-solution.js';
import { hidden } from './options.js';
import { pythonHead } from './pytorch.js';

const Options = z.strictObject({
  hidden,
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('share of the target that is spread over all classes'),
  exact: z
    .boolean()
    .default(false)
    .describe(
      'a linear head is solved exactly, by softmax regression with a penalty that is chosen on patients left out where none is given; else by steps',
    ),
});

export const classes = defineHead<z.output<typeof Options>, ClassTargets>({
  name: 'classes',
  source: 'https://www.deeplearningbook.org/contents/mlp.html (section 6.2.2.3)',
  targets: 'classes',
  options: Options,
  choosesPenalty: true,
  plan: (options, { features: columns, targets }) => {
    if (options.exact && (options.hidden > 0 || options.labelSmoothing > 0)) refuse();
    const width = targets.names.length;
    const counts = targets.names.map((_, label) => targets.labels.filter((one) => one === label).length);
    return {
      inputs: (rows) => [{ name: 'label', shape: [rows], dtype: 'i64' }],
      feeds: ({ labels }) => ({ label: intTensor([labels.length], Int32Array.from(labels)) }),
      loss: (b, features, { label }) => {
        const logits = perceptron(b, features, options.hidden, width);
        return {
          loss: b.crossEntropy(logits, present(label, 'label'), { smoothing: options.labelSmoothing }),
          metrics: { accuracy: b.accuracy(logits, present(label, 'label')) },
        };
      },
      predict: (b, features) => ({
        probabilities: b.softmax(perceptron(b, features, options.hidden, width)),
      }),
      metric: 'accuracy',
      chance: Math.max(...counts) / targets.labels.length,
      ...(options.exact && {
        solve: ({ features, targets: own, patients }, penalty) => {
          const rows = rowsOf(features);
          const each = patients ?? rows.map((_, row) => String(row));
          return solveClasses({ rows, targets: own as ClassTargets, patients: each }, penalty);
        },
      }),
      pytorch: () =>
        pythonHead('classes', {
          features: columns,
          hidden: options.hidden,
          classes: width,
          label_smoothing: options.labelSmoothing,
        }),
    };
  },
});

function rowsOf({ shape: [rows = 0, width = 0], data }: Tensor): Float64Array[] {
  return Array.from({ length: rows }, (_, row) =>
    Float64Array.from(data.subarray(row * width, (row + 1) * width)),
  );
}

function refuse(): never {
  throw new UserError({
    subject: 'head classes',
    problem: 'is exact only as a linear head without label smoothing',
    fix: 'leave "exact" out, or "hidden" and "labelSmoothing"',
  });
}
