/**
 * Runs of a search on a tracking server, found again by their tags: a run that was ended is complete and left alone, one that was not
 * is gone on with.
 */
import { isJsonRecord, type Json, type JsonRecord } from '../../core/json.js';
import { UserError } from '../../core/errors.js';
import { PassingFailure, type Send } from './client.js';
import { tag, type Pair } from './limits.js';

/** Tags by which a search and its evaluations are found again. */
const SEARCH_TAG = 'voxolve_search';
const KEY_TAG = 'voxolve_key';

export interface KnownRun {
  readonly id: string;
  readonly ended: boolean;
}

export interface RunPlace {
  readonly experimentId: string;
  /** Identity of the search. */
  readonly search: string;
}

/** Id of the experiment of that name, made where there is none. */
export async function experimentOf(send: Send, name: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const found = await send({
      method: 'GET',
      path: 'experiments/get-by-name',
      content: { experiment_name: name },
    });
    const experiment = found?.['experiment'] ?? null;
    if (isJsonRecord(experiment)) {
      if (experiment['lifecycle_stage'] !== 'deleted') return idOf(experiment, 'experiment_id');
      throw new UserError({
        subject: `MLflow's experiment ${name}`,
        problem: 'was deleted there',
        fix: 'restore it (mlflow experiments restore), or name another one with --mlflow-experiment',
      });
    }
    try {
      const made = await send({ method: 'POST', path: 'experiments/create', content: { name }, tries: 1 });
      return idOf(made, 'experiment_id');
    } catch (error) {
      if (!(error instanceof PassingFailure) || attempt >= 3) throw error;
    }
  }
}

/** Runs of the search by their keys. */
export async function knownRuns(send: Send, place: RunPlace): Promise<Map<string, KnownRun>> {
  const runs = new Map<string, KnownRun>();
  let page = '';
  do {
    const answer = await send({
      method: 'POST',
      path: 'runs/search',
      content: {
        experiment_ids: [place.experimentId],
        filter: `tags.${SEARCH_TAG} = '${place.search}'`,
        run_view_type: 'ACTIVE_ONLY',
        max_results: 1000,
        ...(page === '' ? {} : { page_token: page }),
      },
    });
    for (const run of listOf(answer?.['runs'])) {
      const [info, data] = [recordOf(run, 'info'), recordOf(run, 'data')];
      const key = listOf(data?.['tags']).find((one) => one['key'] === KEY_TAG)?.['value'];
      if (typeof key !== 'string') continue;
      runs.set(key, { id: idOf(info, 'run_id'), ended: info?.['status'] !== 'RUNNING' });
    }
    const next = answer?.['next_page_token'];
    page = typeof next === 'string' ? next : '';
  } while (page !== '');
  return runs;
}

/** Makes a run; where it cannot be told whether that came through, looks for it. */
export async function createRun(
  send: Send,
  place: RunPlace,
  run: {
    readonly key: string;
    readonly name: string;
    readonly start: number;
    readonly tags: readonly Pair[];
  },
): Promise<KnownRun> {
  const tags = [
    tag(SEARCH_TAG, place.search),
    tag(KEY_TAG, run.key),
    tag('mlflow.runName', run.name),
    ...run.tags,
  ];
  const content = {
    experiment_id: place.experimentId,
    run_name: run.name,
    start_time: run.start,
    tags: tags.map(({ key, value }) => ({ key, value })),
  };
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await send({ method: 'POST', path: 'runs/create', content, tries: 1 });
      return { id: idOf(recordOf(recordOf(answer, 'run'), 'info'), 'run_id'), ended: false };
    } catch (error) {
      if (!(error instanceof PassingFailure) || attempt >= 3) throw error;
      const found = (await knownRuns(send, place)).get(run.key);
      if (found !== undefined) return found;
    }
  }
}

function listOf(value: Json | undefined): readonly JsonRecord[] {
  return Array.isArray(value) ? value.filter(isJsonRecord) : [];
}

function recordOf(record: JsonRecord | null, name: string): JsonRecord | null {
  const value = record?.[name] ?? null;
  return isJsonRecord(value) ? value : null;
}

function idOf(record: JsonRecord | null, name: string): string {
  const id = record?.[name];
  if (typeof id === 'string' && id !== '') return id;
  throw new UserError({
    subject: 'the tracking server',
    problem: `answered without ${name}`,
    fix: 'check that the address is that of a tracking server of MLflow',
  });
}
