/**
 * The objective of a search that goes on: by the same task, the same table and the same labelled scans as it began with.
 */
import { existsSync, readFileSync } from 'node:fs';
import { UserError } from '../../../core/errors.js';
import { sha256 } from '../../../core/hash.js';
import { requireSameTask } from '../../../experiment/objective.js';
import type { PlannedExperiment } from '../../../experiment/resolve.js';
import type { Experiment } from '../../../experiment/schema.js';
import { withOutcomes } from '../../asked-experiment.js';
import type { Listener, SourceEvent } from '../../events.js';
import type { PretrainingScans } from '../../scan-source.js';
import { objectiveManifest } from './cohort-manifest.js';
import { loadObjective, type LoadedObjective } from './load-objective.js';
import type { ObjectiveRecord } from './record.js';

/** The experiment with its table where that lies now. Refuses, before any scan is read, another task or another table. */
export function withObjectiveOf(
  experiment: Experiment,
  moved: string | undefined,
  before: ObjectiveRecord | undefined,
): Experiment {
  const { objective } = experiment;
  if (objective === undefined) {
    if (moved === undefined) return experiment;
    throw new UserError({
      subject: '--outcomes',
      problem: 'the search began without an objective',
      fix: 'leave it out',
    });
  }
  requireSameTask(experiment);
  const found = withOutcomes(experiment, moved);
  const manifest = objectiveManifest(found);
  const refuse = (problem: string): never => {
    throw new UserError({
      subject: manifest,
      problem,
      fix: 'restore it, name it with --outcomes, or start a new search with another --db',
    });
  };
  if (!existsSync(manifest)) refuse('the table that the search is scored by is gone');
  if (sha256(readFileSync(manifest)) !== before?.manifest)
    refuse('is not the table that the search began with');
  return found;
}

export async function loadObjectiveAgain(
  planned: PlannedExperiment,
  scans: PretrainingScans,
  before: ObjectiveRecord | undefined,
  report: Listener<SourceEvent>,
): Promise<LoadedObjective | undefined> {
  const objective = await loadObjective(planned, scans, report);
  if (objective === undefined || objective.record.cohort === before?.cohort) return objective;
  throw new UserError({
    subject: objectiveManifest(planned.experiment),
    problem: 'its labelled scans are not those that the search began with',
    fix: 'restore them, or start a new search with another --db',
  });
}
