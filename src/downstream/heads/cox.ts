/**
 * Time to an event by proportional hazards: hazards of rows differ by factors that do not change in time.
 *
 * The loss is minus the partial log likelihood per event. It compares rows, so that it wants all of them in a step. Risk sets
 * are compared by time, row by row: cumulative sums over sorted rows would be wrong where times tie. A linear head is
 * solved exactly.
 *
 * Source: Cox, "Regression models and life-tables", JRSS B 1972; ties by Efron 1977 or Breslow 1974.
 */
import { z } from 'zod';
import { present } from '../../core/errors.js';
import type { Builder } from '../../ir/builder.js';
import type { Value } from '../../ir/graph.js';
import { defineHead } from '../head.js';
import type { TimeTargets } from '../targets.js';
import { hidden } from './options.js';
import { pythonHead } from './pytorch.js';
import { shareOff } from './time/cox-likelihood.js';
import { solveCox } from './time/cox-newton.js';
import { requireEvents } from './time/events.js';
import { survivalTimes } from './time/grid.js';
import { told } from './time/options.js';
import { column, columnTensor, concordanceOf, ranksOf } from './time/order.js';
import { logHazard, proportional } from './time/proportional.js';

const Options = z.strictObject({
  hidden,
  ties: z
    .enum(['efron', 'breslow'])
    .default('efron')
    .describe('what is taken for the risk set of events at the same time'),
  ...told,
});

export const cox = defineHead<z.output<typeof Options>, TimeTargets>({
  name: 'cox',
  source: 'https://doi.org/10.1111/j.2517-6161.1972.tb00899.x',
  targets: 'time',
  options: Options,
  plan: (
    options,
    { features: columns, targets: training, times = survivalTimes(training, options.points) },
  ) => {
    requireEvents(training, 'cox');
    return {
      inputs: (rows) => ['rank', 'event', 'off'].map((name) => column(name, rows)),
      feeds: ({ times: ends, events }) => ({
        rank: columnTensor(ranksOf(ends)),
        event: columnTensor(events),
        off: columnTensor(sharesOff({ kind: 'time', times: ends, events }, options.ties)),
      }),
      loss: (b, features, inputs) => {
        const [rank, event] = [present(inputs['rank'], 'rank'), present(inputs['event'], 'event')];
        const risk = logHazard(b, features, options.hidden);
        return {
          loss: partialLikelihoodLoss(b, risk, { rank, event, off: present(inputs['off'], 'off') }),
          metrics: { concordance: concordanceOf(b, risk, rank, event) },
        };
      },
      ...proportional(options.hidden, times),
      ...(options.hidden === 0 && {
        solve: ({ features, targets }, penalty = 0) =>
          solveCox(features, targets as TimeTargets, options.ties, penalty),
      }),
      pytorch: () =>
        pythonHead(
          'cox',
          { features: columns, hidden: options.hidden, times: [...times], ties: options.ties },
          ['time_to_event', 'proportional'],
        ),
    };
  },
});

/** Share of the events at the same time that is off the risk set of each row: by Efron l/d of the l-th of d. */
function sharesOff({ times, events }: TimeTargets, ties: 'efron' | 'breslow'): number[] {
  const deaths = new Map<number, number>();
  const before = times.map((time, row) => {
    const count = deaths.get(time) ?? 0;
    if (events[row] === 1) deaths.set(time, count + 1);
    return count;
  });
  return times.map((time, row) =>
    events[row] === 1 ? shareOff({ ties }, before[row] ?? 0, deaths.get(time) ?? 1) : 0,
  );
}

/** Minus the partial log likelihood per event of log hazards `[N]`; 0 of rows without an event. */
function partialLikelihoodLoss(
  b: Builder,
  risk: Value,
  { rank, event, off }: { readonly rank: Value; readonly event: Value; readonly off: Value },
): Value {
  const n = risk.shape[0] ?? 1;
  const down = (x: Value): Value => b.reshape(x, [n, 1]);
  const across = (x: Value): Value => b.reshape(x, [1, n]);
  // Weight of row j in the risk set of row i; at least 1/d for the row itself.
  const atRisk = b.toFloat(b.greaterEqual(across(rank), down(rank)));
  const tied = b.mul(b.toFloat(b.equal(across(rank), down(rank))), across(event));
  const weight = b.sub(atRisk, b.mul(down(off), tied));
  const absent = b.scalar(-1e9);
  const least = b.scalar(1e-9);
  const logWeight = b.where(b.greaterEqual(weight, least), b.log(b.maximum(weight, least)), absent);
  const sums = b.logSumExp(b.add(across(risk), logWeight));
  const terms = b.mul(event, b.sub(sums, risk));
  const count = b.maximum(b.reduceSum(event, [0]), b.scalar(1));
  return b.div(b.reduceSum(terms, [0]), count);
}
