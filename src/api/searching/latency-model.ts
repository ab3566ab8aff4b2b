/**
 * The latency model of a search that begins: measured here, or taken from another database. From then on it is what the
 * search's own database holds (stored-latency.ts).
 */
import { UserError } from '../../core/errors.js';
import { rngOf } from '../../core/random.js';
import { latencyInputOf, type PlannedExperiment } from '../../experiment/resolve.js';
import type { LatencyModel } from '../../pretrain/latency.js';
import { calibrateLatency } from '../../calibration/latency.js';
import type { Where } from '../../calibration/latency-messages.js';
import type { Listener, SearchEvent } from '../events.js';
import { withExperiment } from '../open-experiment.js';
import { proposableSpace } from './study-plan.js';
import { shown, storedLatencyModel } from './stored-latency.js';

/**
 * The model of the database `from`, else what is measured here; undefined without a limit. Throws `UserError` where no
 * genome could be proposed under the limit.
 */
export async function latencyModelFor(
  resolved: PlannedExperiment,
  where: Where,
  { from, report }: { readonly from: string | undefined; readonly report: Listener<SearchEvent> },
): Promise<LatencyModel | undefined> {
  const { experiment } = resolved;
  if (experiment.constraints.latency === undefined) {
    if (from === undefined) return undefined;
    throw new UserError({
      subject: '--latency-from',
      problem: 'the experiment does not limit latency',
      fix: 'leave it out, or set constraints.latency',
    });
  }
  const model =
    from === undefined
      ? await calibrateLatency(resolved, where, () => report({ kind: 'measuring latency', ...where }))
      : await modelOf(from, resolved);
  proposableSpace(resolved.constrainBy(model)).sample(rngOf(experiment.seed, 'latency'));
  return model;
}

async function modelOf(database: string, resolved: PlannedExperiment): Promise<LatencyModel> {
  const model = await withExperiment({ database }, (_, row) => storedLatencyModel(row, database));
  if (model === undefined) {
    throw new UserError({
      subject: database,
      problem: 'its search does not limit latency, so it holds no model of it',
      fix: 'name another database, or leave --latency-from out',
    });
  }
  const input = latencyInputOf(resolved);
  if (model.input.join() === input.join()) return model;
  throw new UserError({
    subject: database,
    problem: `its latency model is for the input ${shown(model.input)}, but the experiment's is ${shown(input)}`,
    fix: 'set constraints.latencyInput to the same, or leave --latency-from out',
  });
}
