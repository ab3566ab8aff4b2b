/**
 * Metrics of a run, logged once each: MLflow appends whatever it is told, so what it holds already is asked for where a call may have
 * come through before.
 */
import { isJsonArray, isJsonRecord, type JsonRecord } from '../../core/json.js';
import { PassingFailure, type Send } from './client.js';
import { METRICS_PER_CALL, type MetricPoint } from './limits.js';

/** Times that a call of metrics is begun anew after failures. */
const TRIES = 6;

/** Logs those points that the run does not hold yet; returns how many. `fresh`: it holds none. */
export async function logMetrics(
  send: Send,
  runId: string,
  points: readonly MetricPoint[],
  fresh: boolean,
): Promise<number> {
  let missing = fresh ? points : await missingFrom(send, runId, points);
  const count = missing.length;
  for (let failures = 0; missing.length > 0;) {
    const metrics = missing.slice(0, METRICS_PER_CALL).map((point): JsonRecord => ({ ...point }));
    try {
      await send({ method: 'POST', path: 'runs/log-batch', content: { run_id: runId, metrics }, tries: 1 });
      missing = missing.slice(METRICS_PER_CALL);
    } catch (error) {
      if (!(error instanceof PassingFailure) || ++failures >= TRIES) throw error;
      // A part of it may have been written. Asking pauses where the server is not back yet.
      missing = await missingFrom(send, runId, missing);
    }
  }
  return count;
}

async function missingFrom(
  send: Send,
  runId: string,
  points: readonly MetricPoint[],
): Promise<readonly MetricPoint[]> {
  const held = new Set<string>();
  for (const key of new Set(points.map((point) => point.key))) {
    for (const step of await heldSteps(send, runId, key)) held.add(`${step} ${key}`);
  }
  return points.filter(({ key, step }) => !held.has(`${step} ${key}`));
}

async function heldSteps(send: Send, runId: string, key: string): Promise<readonly number[]> {
  const steps: number[] = [];
  let page = '';
  do {
    const content = {
      run_id: runId,
      metric_key: key,
      max_results: 5000,
      ...(page === '' ? {} : { page_token: page }),
    };
    const answer = await send({ method: 'GET', path: 'metrics/get-history', content });
    const metrics = answer?.['metrics'];
    for (const metric of metrics !== undefined && isJsonArray(metrics) ? metrics : []) {
      if (isJsonRecord(metric)) steps.push(Number(metric['step'] ?? 0));
    }
    const next = answer?.['next_page_token'];
    page = typeof next === 'string' ? next : '';
  } while (page !== '');
  return steps;
}
