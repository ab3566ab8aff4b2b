/**
 * Derives every decision of a search anew from its log, without training.
 */
import type { Verification } from '../study/index.js';
import { resolvedFrom, withExperiment, type ExperimentSource } from './open-experiment.js';
import { verifyObjective, type ObjectiveVerification } from './searching/objective/verify-record.js';
import { requireCodeOf, verifyResolved } from './resume-guards.js';

export interface VerifyOutcome extends Verification {
  /** Name of the experiment. */
  readonly experiment: string;
  /** Whether the patients of the final test were outside; absent where candidates are not scored by an outcome. */
  readonly objective?: ObjectiveVerification;
}

/** Throws `UserError` if the user's own code is not that of the search. */
export function verify(source: ExperimentSource): Promise<VerifyOutcome> {
  return withExperiment(source, async (store, row) => {
    const resolved = await resolvedFrom(row, source.database);
    requireCodeOf(row, resolved);
    const objective = verifyObjective(store, row);
    return {
      experiment: row.name,
      ...verifyResolved(store, row, resolved),
      ...(objective === undefined ? {} : { objective }),
    };
  });
}
