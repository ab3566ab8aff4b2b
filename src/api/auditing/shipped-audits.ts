/**
 * Audits that ship with the experiments: `experiments/audits/NAME.json`, written by `npm run nightly:audits` and by
 * nothing else.
 *
 * A record says what was audited, so that it goes stale, and is no longer found, once the experiment's task, its
 * options, its way with scans or its phantoms are others.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Interval } from '../../core/statistics/intervals.js';
import { canonicalJson, type Json, plainJson } from '../../core/json.js';
import { packageFile } from '../../core/package-files.js';
import type { ResolvedExperiment } from '../../experiment/resolve.js';
import { PHANTOMS_VERSION } from '../../scans/phantoms/phantoms.js';
import type { Effort } from './effort.js';

export interface ShippedCheck {
  readonly name: string;
  readonly figure: number;
  readonly ci95: Interval;
  readonly limit: number;
  readonly passed: boolean;
}

export interface ShippedRun {
  /** `phantoms`, or what the folder of scans was called. */
  readonly scans: string;
  readonly seed: number;
  readonly checks: readonly ShippedCheck[];
}

export interface ShippedAudit {
  readonly subject: Json;
  /** Effort and training of the audit, and a hash of the code of task, phantoms and audit (`bench/audits/audit-sources.ts`). */
  readonly audit: { readonly effort: Effort; readonly training: Json; readonly sources: string };
  readonly runs: readonly ShippedRun[];
}

/** The key that a record is found by: equal subjects ask the same questions of the same phantoms. */
export function subjectOf({
  experiment,
  task,
  taskOptions,
}: Pick<ResolvedExperiment, 'experiment' | 'task' | 'taskOptions'>): Json {
  const { scans, phantoms } = experiment;
  const made = phantoms === undefined ? null : { version: PHANTOMS_VERSION, ...phantoms };
  return plainJson({ task: task.name, options: taskOptions, scans, phantoms: made });
}

/** The part of an experiment's training that an audit's small networks have too. */
export function trainingOf({ experiment }: Pick<ResolvedExperiment, 'experiment'>): Json {
  const { steps: _, ...training } = experiment.training;
  return plainJson(training);
}

/** Runs on the phantoms of an experiment like this one: those at its seed, else those at all seeds. */
export function shippedRuns(resolved: ResolvedExperiment): readonly ShippedRun[] {
  const wanted = canonicalJson(subjectOf(resolved));
  const runs = shippedAudits()
    .filter(({ subject }) => canonicalJson(subject) === wanted)
    .flatMap((audit) => audit.runs.filter(({ scans }) => scans === 'phantoms'));
  const own = runs.filter(({ seed }) => seed === resolved.experiment.seed);
  return own.length > 0 ? own : runs;
}

function shippedAudits(): ShippedAudit[] {
  const folder = packageFile('experiments/audits/');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as ShippedAudit);
}
