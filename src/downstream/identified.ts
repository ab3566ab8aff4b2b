/**
 * Whether a head can learn from some rows at all: known from their targets, before any scan is read.
 */
import { UserError } from '../core/errors.js';
import { parseOrThrow } from '../core/validate.js';
import type { Head, HeadPlan } from './head.js';
import { checkTrainingTargets, pickRows, type Targets } from './targets.js';
import type { DownstreamTask } from './task-file.js';

/** Neither heads nor their refusals depend on how many features there are. */
const ANY_FEATURES = 8;

/** The head's plan for these rows; throws a `UserError` where they do not identify it. */
export function identifiedPlan(
  { head, task }: { readonly head: Head; readonly task: DownstreamTask },
  targets: Targets,
  rows: readonly number[],
): HeadPlan {
  const options = parseOrThrow(head.options, task.head.options, `options of head ${head.name}`);
  const own = pickRows(targets, rows);
  checkTrainingTargets(own, `targets of head ${head.name}`);
  return head.plan(options, { features: ANY_FEATURES, targets: own });
}

/** Why the head cannot learn from these rows, in words; undefined where it can. */
export function refusalOf(...asked: Parameters<typeof identifiedPlan>): string | undefined {
  try {
    identifiedPlan(...asked);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown.details.problem;
    throw thrown;
  }
}
