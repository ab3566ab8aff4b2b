/**
 * What any pretraining begins with: the experiment resolved, the architecture built, the scans read.
 */
import { chooseEngine, type EngineChoice } from '../../calibration/engine-choice.js';
import { resolveExperiment, type PlannedExperiment } from '../../experiment/resolve.js';
import type { Experiment } from '../../experiment/schema.js';
import { tryOwn } from '../../experiment/try-own.js';
import type { Listener, SourceEvent } from '../events.js';
import { readScans, scanFolder, sourceOf, type PretrainingScans } from '../scan-source.js';
import { loadArchitecture, type ArchitectureSource } from './architecture-source.js';

export interface Prepared {
  readonly resolved: PlannedExperiment;
  readonly source: ArchitectureSource;
  readonly scans: PretrainingScans;
  readonly choice: EngineChoice;
}

export interface Preparation {
  readonly architecture: string;
  readonly scans?: string | undefined;
  readonly output: string;
  readonly signal?: AbortSignal | undefined;
  readonly report: Listener<SourceEvent>;
  /** Called before scans are read, to refuse what needs no scans to be known. */
  readonly check?: (resolved: PlannedExperiment, source: ArchitectureSource) => void;
}

/** Throws `UserError` for what cannot be used. */
export async function preparePretraining(experiment: Experiment, asked: Preparation): Promise<Prepared> {
  const { architecture, output, report } = asked;
  const choice = await chooseEngine(experiment, experiment);
  const loaded = await resolveExperiment(experiment);
  const draft = loaded.planFor(1);
  // Refuses a wrong one before scans are read.
  const drafted = await loadArchitecture(architecture, draft, 1);
  asked.check?.(draft, drafted);
  const folder = await scanFolder(sourceOf(asked.scans), experiment, output);
  const scans = await readScans(folder, experiment, draft.plan, report);
  asked.signal?.throwIfAborted();
  const { channels } = scans.set;
  const resolved = loaded.planFor(channels);
  tryOwn(resolved, scans.set);
  return { resolved, source: await loadArchitecture(architecture, resolved, channels), scans, choice };
}
