/**
 * How many events a model of time to event needs.
 */
import { UserError } from '../../../core/errors.js';
import { plural } from '../../../core/plural.js';
import type { TimeTargets } from '../../targets.js';

/** Below so many events any fit says more of its rows than of the disease. */
const FEWEST_EVENTS = 5;

export function requireEvents({ times, events }: TimeTargets, head: string): void {
  const count = events.filter((event) => event === 1).length;
  if (count >= FEWEST_EVENTS) return;
  throw new UserError({
    subject: `head ${head}`,
    problem: `${plural(times.length, 'row')} of training with ${plural(count, 'event')} do not identify it`,
    fix: `give rows with ${FEWEST_EVENTS} events at least, or fewer folds`,
  });
}
