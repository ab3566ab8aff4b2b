/**
 * Audits an experiment's proxy task: can it be solved by shortcuts on these scans?
 */
import { join } from 'node:path';
import { audit as runChecks, type Check } from '../audit/audit.js';
import { chooseEngine } from '../calibration/engine-choice.js';
import { present } from '../core/errors.js';
import { hashJson } from '../core/hash.js';
import { plainJson } from '../core/json.js';
import { rngOf } from '../core/random.js';
import { engines } from '../engines/index.js';
import { resolveExperiment, type PlannedExperiment } from '../experiment/resolve.js';
import type { Experiment } from '../experiment/schema.js';
import { tryOwn } from '../experiment/try-own.js';
import { defaultCacheDirectory } from '../scans/cache/cache.js';
import type { ScanSet } from '../scans/sampling/scan-set.js';
import { readAsked, withOutcomes, withOverrides, type AskedExperiment } from './asked-experiment.js';
import type { Effort } from './auditing/effort.js';
import { recordAudit } from './auditing/audit-record.js';
import type { Listener, SourceEvent } from './events.js';
import { loadScans, scanFolder, sourceOf } from './scan-source.js';

/** The usual thoroughness of an audit. */
export const usualEffort = { steps: 60, questions: 400 } as const;

/** Reported by `audit`. */
export type AuditEvent = SourceEvent | { readonly kind: 'checked'; readonly check: Check };

export interface AuditOptions extends Partial<Effort> {
  readonly experiment: AskedExperiment;
  /** Folder of scans; absent: the phantoms that the experiment describes. */
  readonly scans?: string | undefined;
  /** Table of the outcomes, in place of the one that the experiment's objective names: patients of its final test stay outside. */
  readonly outcomes?: string | undefined;
  readonly seed?: number | undefined;
  readonly onEvent?: ((event: AuditEvent) => void) | undefined;
}

export interface AuditOutcome {
  /** Name of the proxy task. */
  readonly task: string;
  readonly metric: string;
  /** The metric of a model that knows nothing. */
  readonly chance: number;
  readonly checks: readonly Check[];
}

/** Audits and records the outcome next to the scan cache, where searches on the same setting find it. */
export async function audit(options: AuditOptions): Promise<AuditOutcome> {
  const { steps = usualEffort.steps, questions = usualEffort.questions, seed, scans: folder } = options;
  const asked = withOutcomes(await readAsked(options.experiment), options.outcomes);
  const experiment = withOverrides(asked, { seed });
  const source = sourceOf(folder);
  const report: Listener<AuditEvent> = options.onEvent ?? (() => undefined);
  const { resolved, scans, checks } = await auditExperiment(experiment, source, { steps, questions }, report);
  recordAudit(resolved, scans, checks);
  const { task, plan } = resolved;
  return { task: task.name, metric: plan.metric, chance: plan.chance, checks };
}

export interface Audited {
  readonly resolved: PlannedExperiment;
  readonly scans: ScanSet;
  readonly checks: readonly Check[];
}

/** `source`: a folder, or `phantoms` of scan-source.ts. Records nothing. */
export async function auditExperiment(
  experiment: Experiment,
  source: string,
  { steps, questions }: Effort,
  report: Listener<AuditEvent>,
): Promise<Audited> {
  const choice = await chooseEngine(experiment, experiment);
  const loaded = await resolveExperiment(experiment);
  const folder = await scanFolder(source, experiment, phantomsDatabase(experiment));
  const scans = await loadScans(folder, experiment, loaded.planFor(1).plan, report);
  const resolved = loaded.planFor(scans.channels);
  tryOwn(resolved, scans);
  const checks = await runChecks({
    set: scans,
    plan: resolved.plan,
    training: { ...experiment.training, steps },
    engine: present(engines[choice.engine], choice.engine),
    device: choice.device,
    // As many as the search's workers use, so that the figures are the same on every machine of a kind.
    threads: experiment.threads,
    rng: rngOf(experiment.seed, 'audit'),
    questions: { learn: 2 * questions, test: questions },
    onCheck: (check) => report({ kind: 'checked', check }),
  });
  return { resolved, scans, checks };
}

/** Names the phantoms of an audit, which has no database: they lie in the cache, by their options. */
function phantomsDatabase({ phantoms: options }: Experiment): string {
  const key = hashJson(plainJson(options ?? null));
  return join(defaultCacheDirectory(), `${key}.db`);
}
