/** The audit of an experiment on a folder of scans, or on its phantoms: what `voxolve audit` and the nightly audits run. */
import { join } from 'node:path';
import { audit, type Check } from '../audit/audit.js';
import { present } from '../core/errors.js';
import { hashJson } from '../core/hash.js';
import type { Json } from '../core/json.js';
import { rngOf } from '../core/random.js';
import { engines } from '../engines/index.js';
import { resolveExperiment, type ResolvedExperiment } from '../experiment/resolve.js';
import type { Experiment } from '../experiment/schema.js';
import { tryOwn } from '../experiment/try-own.js';
import { defaultCacheDirectory } from '../scans/cache/cache.js';
import type { ScanSet } from '../scans/sampling/scan-set.js';
import { chooseEngine } from '../calibration/engine-choice.js';
import { loadScans, scanFolder } from './scan-source.js';

/** How thoroughly an audit asks, where nobody says otherwise. */
export const usualEffort = { steps: 60, questions: 400 } as const;

export interface Effort {
  /** Steps that the small network trains per check. */
  readonly steps: number;
  /** Questions that a weak classifier is tested on; it learns from twice as many. */
  readonly questions: number;
}

export interface Audited {
  readonly resolved: ResolvedExperiment;
  readonly scans: ScanSet;
  readonly checks: readonly Check[];
}

/** `source`: a folder, or that of the experiment's phantoms (`phantoms` of scan-source). */
export async function auditExperiment(
  experiment: Experiment,
  source: string,
  { steps, questions }: Effort,
  onCheck: (check: Check) => void,
): Promise<Audited> {
  const choice = await chooseEngine(experiment);
  const draft = await resolveExperiment(experiment, 1);
  const folder = await scanFolder(source, experiment, phantomsDatabase(experiment));
  const scans = await loadScans(folder, experiment, draft.plan);
  const resolved = await resolveExperiment(experiment, scans.channels);
  tryOwn(resolved, scans);
  const checks = await audit({
    set: scans,
    plan: resolved.plan,
    training: { ...experiment.training, steps },
    engine: present(engines[choice.engine], choice.engine),
    device: choice.device,
    // As many as the search's workers use, so that the figures are the same on every machine of a kind.
    threads: experiment.threads,
    rng: rngOf(experiment.seed, 'audit'),
    questions: { learn: 2 * questions, test: questions },
    onCheck,
  });
  return { resolved, scans, checks };
}

/** An audit has no database for phantoms to lie beside: theirs is in the cache, named by their options. */
function phantomsDatabase({ phantoms }: Experiment): string {
  return join(
    defaultCacheDirectory(),
    `${hashJson(JSON.parse(JSON.stringify(phantoms ?? null)) as Json)}.db`,
  );
}
