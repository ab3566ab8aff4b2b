/**
 * Time to an event by hazards whose ratio changes in time: the log hazard is a network of features and time. Each event is
 * compared with a few rows still at risk, at its own time.
 *
 * Source: Kvamme, Borgan and Scheel, "Time-to-event prediction with neural networks and Cox regression", JMLR 2019, section 3.4.
 */
import { z } from 'zod';
import { present } from '../../core/errors.js';
import { sampleDeviation, meanOf } from '../../core/statistics/descriptive.js';
import type { Value } from '../../ir/graph.js';
import { defineHead } from '../head.js';
import type { TimeTargets } from '../targets.js';
import {
  caseControlConcordance,
  caseControlFeeds,
  caseControlInputs,
  caseControlLoss,
  controls,
} from './time/case-control.js';
import { pythonHead } from './pytorch.js';
import { requireEvents } from './time/events.js';
import { survivalTimes } from './time/grid.js';
import { told } from './time/options.js';
import { column, columnTensor } from './time/order.js';
import { timedHazards, timedOutput } from './time/timed-network.js';
import { timedBaseline, withTimedSurvival } from './time/timed-baseline.js';

const Options = z.strictObject({
  hidden: z.int().min(1).max(4096).default(32).describe('units of the hidden layer of features and time'),
  controls,
  ...told,
});

export const coxTime = defineHead<z.output<typeof Options>, TimeTargets>({
  name: 'cox-time',
  source: 'https://jmlr.org/papers/v20/18-424.html',
  targets: 'time',
  options: Options,
  plan: (
    options,
    { features: columns, targets: training, times = survivalTimes(training, options.points) },
  ) => {
    requireEvents(training, 'cox-time');
    const mean = meanOf(training.times);
    const deviation = sampleDeviation(training.times) || 1;
    const scaled = (values: readonly number[]): number[] => values.map((one) => (one - mean) / deviation);
    return {
      inputs: (rows) => [column('time', rows), ...caseControlInputs(rows, options.controls)],
      feeds: (batch, moment) => ({
        time: columnTensor(scaled(batch.times)),
        ...caseControlFeeds(batch, options.controls, moment),
      }),
      loss: (b, features, inputs) => {
        const input = (name: string): Value => present(inputs[name], name);
        const { ofFeatures, ofTime } = timedHazards(b, features, options.hidden);
        // [N, 1 + C, H]: the case first, its controls after it, all at the case's time.
        const rows = ofFeatures.shape[0] ?? 1;
        const own = b.reshape(ofFeatures, [rows, 1, options.hidden]);
        const all = b.concat([own, b.gather(ofFeatures, input('control'), 0)], 1);
        const at = b.reshape(ofTime(input('time')), [rows, 1, options.hidden]);
        const logHazards = timedOutput(b, b.add(all, at));
        return {
          loss: caseControlLoss(b, logHazards, input('case')),
          metrics: { concordance: caseControlConcordance(b, logHazards, input('later')) },
        };
      },
      predict: (b, features) => {
        const { ofFeatures, ofTime } = timedHazards(b, features, options.hidden);
        const rows = b.reshape(ofFeatures, [-1, 1, options.hidden]);
        const at = b.reshape(ofTime(b.constant([times.length], scaled(times))), [1, -1, options.hidden]);
        return { log_hazard: timedOutput(b, b.add(rows, at)) };
      },
      metric: 'concordance',
      chance: 0.5,
      comparesRows: true,
      times,
      settle: (predictions, targets) =>
        timedBaseline(present(predictions['log_hazard'], 'log_hazard'), targets, times),
      complete: (predictions, constants) => withTimedSurvival(predictions, constants, times),
      pytorch: () =>
        pythonHead(
          'cox-time',
          {
            features: columns,
            hidden: options.hidden,
            times: [...times],
            mean,
            deviation,
            controls: options.controls,
          },
          ['time_to_event', 'proportional', 'case_control'],
        ),
    };
  },
});
