/**
 * One of K classes: a linear or two-layer head, softmax and cross entropy.
 */
import { z } from 'zod';
import { present } from '../../core/errors.js';
import { intTensor } from '../../core/tensor.js';
import { defineHead } from '../head.js';
import { perceptron } from '../layers.js';
import type { ClassTargets } from '../targets.js';
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
});

export const classes = defineHead<z.output<typeof Options>, ClassTargets>({
  name: 'classes',
  source: 'https://www.deeplearningbook.org/contents/mlp.html (section 6.2.2.3)',
  targets: 'classes',
  options: Options,
  plan: (options, { features: columns, targets }) => {
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
