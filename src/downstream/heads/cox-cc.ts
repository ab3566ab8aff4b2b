/**
 * Time to an event by proportional hazards, each event compared with a few rows still at risk (case and control) in place of
 * the whole risk set: so that batches of any size do.
 *
 * Source: Kvamme, Borgan and Scheel, "Time-to-event prediction with neural networks and Cox regression", JMLR 2019, section 3.2.
 */
import { z } from 'zod';
import { present } from '../../core/errors.js';
import type { Value } from '../../ir/graph.js';
import { defineHead } from '../head.js';
import type { TimeTargets } from '../targets.js';
import { hidden } from './options.js';
import { pythonHead } from './pytorch.js';
import { caseControlFeeds, caseControlInputs, caseControlLoss, controls } from './time/case-control.js';
import { requireEvents } from './time/events.js';
import { survivalTimes } from './time/grid.js';
import { told } from './time/options.js';
import { column, columnTensor, concordanceOf, ranksOf } from './time/order.js';
import { logHazard, proportional } from './time/proportional.js';

const Options = z.strictObject({ hidden, controls, ...told });

export const coxCc = defineHead<z.output<typeof Options>, TimeTargets>({
  name: 'cox-cc',
  source: 'https://jmlr.org/papers/v20/18-424.html',
  targets: 'time',
  options: Options,
  plan: (
    options,
    { features: columns, targets: training, times = survivalTimes(training, options.points) },
  ) => {
    requireEvents(training, 'cox-cc');
    return {
      inputs: (rows) => [
        column('rank', rows),
        column('event', rows),
        ...caseControlInputs(rows, options.controls),
      ],
      feeds: (batch, moment) => ({
        rank: columnTensor(ranksOf(batch.times)),
        event: columnTensor(batch.events),
        ...caseControlFeeds(batch, options.controls, moment),
      }),
      loss: (b, features, inputs) => {
        const input = (name: string): Value => present(inputs[name], name);
        const risk = logHazard(b, features, options.hidden);
        const own = b.reshape(risk, [-1, 1]);
        const together = b.concat([own, b.gather(risk, input('control'), 0)], 1);
        return {
          loss: caseControlLoss(b, together, input('case')),
          metrics: { concordance: concordanceOf(b, risk, input('rank'), input('event')) },
        };
      },
      ...proportional(options.hidden, times),
      pytorch: () =>
        pythonHead(
          'cox-cc',
          { features: columns, hidden: options.hidden, times: [...times], controls: options.controls },
          ['time_to_event', 'proportional', 'case_control'],
        ),
    };
  },
});
