/**
 * Time to an event by multi-task logistic regression: logits of an interval are the sum of the outputs from it on.
 *
 * Source: Yu et al., "Learning patient-specific cancer survival distributions as a sequence of dependent regressors", NeurIPS
 * 2011; Fotso 2018.
 */
import { z } from 'zod';
import type { Builder } from '../../ir/builder.js';
import type { Value } from '../../ir/graph.js';
import { defineHead } from '../head.js';
import type { TimeTargets } from '../targets.js';
import { discretePlan, upTo } from './time/discrete.js';
import { intervalMasses, massLogits, massLoss } from './time/masses.js';
import { discretised, interpolation } from './time/options.js';

const Options = z.strictObject({ ...discretised, interpolation });

/** Sums from each column to the last, `[N, K]`. */
function fromHere(b: Builder, outputs: Value): Value {
  return b.matmul(outputs, upTo(b, outputs.shape[1] ?? 1), { b: true });
}

export const mtlr = defineHead<z.output<typeof Options>, TimeTargets>({
  name: 'mtlr',
  source: 'https://proceedings.neurips.cc/paper/2011/hash/1019c8091693ef5c5f55970346633f92-Abstract.html',
  targets: 'time',
  options: Options,
  plan: (options, context) =>
    discretePlan(
      {
        loss: (b, outputs, ends) => massLoss(b, fromHere(b, outputs), ends),
        masses: (b, outputs) => intervalMasses(b, fromHere(b, outputs)),
        start: (hazards) => {
          const logits = massLogits(hazards);
          return logits.map((one, k) => one - (logits[k + 1] ?? 0));
        },
      },
      options,
      context,
      'mtlr',
    ),
});
