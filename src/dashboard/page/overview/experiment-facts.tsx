/** What is searched, how, and on what: with the reason for the engine. */
import { Facts, type Fact } from '../shared/facts.js';
import { name, number } from '../shared/format.js';
import type { SummaryView } from '../../views/types.js';

type Status = SummaryView['status'];

export function ExperimentFacts({ status }: { readonly status: Status }) {
  const { experiment, engineReason, latency, database } = status;
  const facts: Fact[] = [
    { name: 'Task', value: name(experiment.task) },
    { name: 'Search space', value: name(experiment.space) },
    { name: 'Strategy', value: name(experiment.strategy), note: `seed ${experiment.seed}` },
    {
      name: 'Engine',
      value: `${name(experiment.engine)} on ${name(experiment.device)}`,
      ...(engineReason === null ? {} : { note: name(engineReason, 300) }),
    },
    ...(latency === null
      ? []
      : [
          {
            name: 'Limit of latency',
            value: `${number(latency.limit)} ms`,
            note: latency.measuredHere ? 'measured on this processor' : 'measured on another processor',
          },
        ]),
    { name: 'Scans', value: name(experiment.scans, 80) },
    { name: 'Created', value: experiment.createdAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC') },
    { name: 'Database', value: name(database, 80) },
  ];
  return <Facts facts={facts} />;
}
