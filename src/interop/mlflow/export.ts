/**
 * A search on a tracking server of MLflow: a run for the search, with its candidates' scores by number, and within it a run for each
 * evaluation of the best candidates, with its genome as parameters and its curves as metrics by step.
 */
import type { JsonRecord } from '../../core/json.js';
import { summarise, type ExperimentRow, type Store } from '../../store/index.js';
import {
  curvesOf,
  evaluationName,
  evaluationsOfBest,
  probesOf,
  shownTime,
  startOf,
  type LoggedEvaluation,
} from '../evaluations.js';
import { searchId } from '../search-id.js';
import { mlflowClient, type MlflowServer, type Send } from './client.js';
import { genomeParams } from './genome-params.js';
import { allowedKey, batches, distinctKeys, param, tag, type MetricPoint, type Pair } from './limits.js';
import { logMetrics } from './metrics.js';
import { createRun, experimentOf, knownRuns, type KnownRun, type RunPlace } from './runs.js';

export interface MlflowExport {
  readonly server: MlflowServer;
  /** Name of MLflow's experiment; absent: that of the search. */
  readonly experiment?: string | undefined;
  readonly best: number;
}

export interface MlflowOutcome {
  readonly experiment: string;
  /** Runs made or gone on with now, and those that were complete. */
  readonly written: number;
  readonly before: number;
  /** Metrics logged now. */
  readonly metrics: number;
}

interface Writing {
  readonly send: Send;
  readonly place: RunPlace;
  readonly known: Map<string, KnownRun>;
}

interface RunContent {
  readonly key: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly tags: readonly Pair[];
  readonly params: readonly Pair[];
  readonly points: readonly MetricPoint[];
  /** What ends it; absent: it stays open, since more may follow. */
  readonly end?: JsonRecord;
}

/** Writes what the server does not hold yet. */
export async function exportToMlflow(
  store: Store,
  row: ExperimentRow,
  { server, experiment, best }: MlflowExport,
): Promise<MlflowOutcome> {
  const send = mlflowClient(server);
  const name = (experiment ?? row.name).slice(0, 500);
  const place = { experimentId: await experimentOf(send, name), search: searchId(row) };
  const writing = { send, place, known: await knownRuns(send, place) };
  const parent = await writeRun(writing, searchRun(store, row));
  let [written, before, metrics] = [0, 0, parent.metrics];
  for (const evaluation of evaluationsOfBest(store, row, best)) {
    const run = evaluationRun(store, row, evaluation, parent.id);
    if (writing.known.get(run.key)?.ended === true) before++;
    else {
      metrics += (await writeRun(writing, run)).metrics;
      written++;
    }
  }
  return { experiment: name, written, before, metrics };
}

async function writeRun(
  { send, place, known }: Writing,
  { key, name, start, tags, params, points, end }: RunContent,
): Promise<{ readonly id: string; readonly metrics: number }> {
  const found = known.get(key);
  const { id } = found ?? (await createRun(send, place, { key, name, start, tags }));
  for (const content of batches(id, params, found === undefined ? [] : tags)) {
    await send({ method: 'POST', path: 'runs/log-batch', content });
  }
  const metrics = await logMetrics(send, id, points, found === undefined);
  if (end !== undefined) {
    await send({ method: 'POST', path: 'runs/update', content: { run_id: id, ...end } });
  }
  return { id, metrics };
}

function searchRun(store: Store, row: ExperimentRow): RunContent {
  const { name, task, space, strategy, seed, engine, device, metric, chance, version } = row;
  const facts = { task, space, strategy, seed, engine, device, metric, chance, version };
  const start = milliseconds(startOf(row));
  const scores = store
    .statement(
      'SELECT number AS step, score AS value FROM candidates WHERE experiment = ? AND score IS NOT NULL ORDER BY number',
    )
    .all(row.id) as { readonly step: number; readonly value: number }[];
  return {
    key: 'search',
    name: name.slice(0, 250),
    start,
    tags: [tag('voxolve_version', version)],
    params: Object.entries(facts).map(([key, value]) => param(key, String(value))),
    points: scores.map((score) => ({ key: 'score', timestamp: start, ...score })),
    ...(finished(store, row) ? { end: { status: 'FINISHED' } } : {}),
  };
}

function evaluationRun(
  store: Store,
  row: ExperimentRow,
  evaluation: LoggedEvaluation,
  parent: string,
): RunContent {
  const { id, number, purpose, rung, seed, steps, status, score, engine, device, seconds } = evaluation;
  const at = (key: string, step: number, value: number): MetricPoint => ({
    key,
    value,
    step,
    timestamp: milliseconds(shownTime(row, evaluation, step)),
  });
  const curves = curvesOf(store, id).map((curve) => ({ ...curve, key: allowedKey(`curves/${curve.name}`) }));
  const probes = probesOf(store, id).map((probe) => ({ ...probe, key: allowedKey(`probes/${probe.name}`) }));
  const costs = { params: evaluation.params, macs: evaluation.macs, seconds };
  const facts = { purpose, rung, seed, status, engine, device };
  const name = evaluationName(evaluation);
  return {
    key: `${number}-${name}`,
    name: `candidate ${number}${purpose === 'search' ? '' : ` ${name}`}`,
    start: milliseconds(shownTime(row, evaluation, 0)),
    tags: [
      tag('mlflow.parentRunId', parent),
      tag('voxolve_candidate', String(number)),
      tag('voxolve_genome', evaluation.genome),
      ...Object.entries(facts).map(([key, value]) => tag(`voxolve_${key}`, String(value))),
      ...(evaluation.error === null ? [] : [tag('voxolve_error', evaluation.error)]),
    ],
    params: distinctKeys(genomeParams(evaluation.genome)),
    points: [
      ...distinctKeys(curves).flatMap(({ key, steps: ownSteps, values }) =>
        ownSteps.map((step, i) => at(key, step, values[i] as number)),
      ),
      ...distinctKeys(probes).map(({ key, value }) => at(key, steps, value)),
      ...(score === null ? [] : [at('score', steps, score)]),
      ...Object.entries(costs).flatMap(([key, value]) => (value === null ? [] : [at(key, steps, value)])),
    ],
    end: {
      status: status === 'done' ? 'FINISHED' : 'FAILED',
      end_time: milliseconds(shownTime(row, evaluation, steps)),
    },
  };
}

function finished(store: Store, { id, candidates }: ExperimentRow): boolean {
  const { total, pending, running } = summarise(store, id).candidates;
  return total >= candidates && pending + running === 0;
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}
