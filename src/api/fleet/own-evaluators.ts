/**
 * The machine that leads a search on many machines, as the one whose results are beyond doubt: it repeats a share of what
 * workers computed.
 */
import { randomBytes } from 'node:crypto';
import { UserError } from '../../core/errors.js';
import { auditedEvaluators } from '../../fleet/audit/audited-evaluators.js';
import { processorClass } from '../../fleet/classes/processor-class.js';
import type { FleetEvaluators } from '../../fleet/coordinator/fleet-evaluators.js';
import type { FleetRecord } from '../../fleet/coordinator/record.js';
import type { Evaluators } from '../../workers/evaluators.js';
import { createPool, type SharedSetup } from '../../workers/pool.js';
import type { Listener, SearchEvent } from '../events.js';
import { groupsOf } from '../searching/device-groups.js';

export interface OwnAudit {
  /** Share of the evaluations that this machine repeats, in (0, 1]. */
  readonly share: number;
  /** MiB that these may take together; undefined: most of what is free. */
  readonly memory: number | undefined;
  readonly report: Listener<SearchEvent>;
}

/**
 * Makes the search one of this machine's class of processors, since equal bits are expected of workers. Throws `UserError`
 * where it belongs to another already.
 */
export async function claimOwnClass(record: FleetRecord, setup: SharedSetup): Promise<void> {
  const { experiment, engine, device, threads } = setup;
  const own = await processorClass({ engine, device, threads, precision: experiment.precision });
  if (record.class === null) record.setClass(own);
  if (record.class === own) return;
  throw new UserError({
    subject: '--audit-share',
    problem: `this machine is of class ${own}, the search of ${record.class}: results would differ in their last bits`,
    fix: 'lead it from a machine of that class, or leave the option out',
  });
}

/** Workers' evaluators, a share of whose outcomes is compared with this machine's own; closes them where that cannot be done. */
export async function auditedByThisMachine(
  fleet: FleetEvaluators,
  setup: SharedSetup,
  { share, memory, report }: OwnAudit,
): Promise<Evaluators> {
  const reference = await ownPool(setup, memory).catch(async (error: unknown) => {
    await fleet.close();
    throw error;
  });
  return auditedEvaluators(fleet, {
    share,
    // Workers know the seed; what is sampled changes no result, and must not be foreseen.
    key: [setup.experiment.seed, randomBytes(16).toString('hex')],
    reference,
    workerOf: (job) => fleet.workerOf(job),
    report: ({ kind, number, purpose, worker, what }) =>
      report(
        kind === 'differing result'
          ? { kind, number, purpose, worker, what, kept: 'own' }
          : { kind, number, worker, what },
      ),
  });
}

/** Repeats are few, and leave the machine to whoever decides. */
async function ownPool(setup: SharedSetup, memory: number | undefined): Promise<Evaluators> {
  return createPool(setup, { groups: await groupsOf(setup, { workers: 1, memory }) });
}
