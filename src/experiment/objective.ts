/**
 * An experiment's objective: the file of its downstream task read into the experiment, so that a search is told by its
 * database alone, and the head that it names.
 *
 * Candidates are weighed by frozen features: what a task says of covariates, fusion, fairness and the encoder's training is
 * for `voxolve finetune`, and is left out here.
 */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf, UserError } from '../core/errors.js';
import { isJsonRecord, plainJson, sameJson, type Json, type JsonRecord } from '../core/json.js';
import { readText } from '../core/read-text.js';
import { parseOrThrow } from '../core/validate.js';
import { penaltyOf, type Head } from '../downstream/head.js';
import { objectiveMetricOf, type ObjectiveMetric } from '../downstream/objective/metrics.js';
import { parseTask, type DownstreamTask } from '../downstream/task-file.js';
import type { TaskContent } from './evaluation-options.js';
import { isPath } from './plugins/load.js';
import { loadHead } from './plugins/index.js';
import { taskContentOf } from './references.js';
import type { Experiment } from './schema.js';

/**
 * Penalty of heads that are solved exactly, where the task has none and the head chooses none: features of a candidate may follow from each other, or
 * be more than patients, and then nothing else identifies the weights.
 */
const LEAST_PENALTY = 0.01;

export interface ResolvedObjective {
  readonly task: DownstreamTask;
  readonly head: Head;
  readonly metric: ObjectiveMetric;
  /** Attribute whose worst group counts; absent where none is named. */
  readonly worstGroup?: string;
  /** True where the worst group's metric is the score, not an objective of its own. */
  readonly scoresWorstGroup: boolean;
  readonly folds: number;
}

/** The same experiment with the content of its task file. */
export function withTaskContent(experiment: Experiment): Experiment {
  const { objective } = experiment;
  if (objective === undefined || typeof objective.head !== 'string') return experiment;
  return { ...experiment, objective: { ...objective, task: readTaskFile(objective.head) } };
}

/** Throws a `UserError` where the task file is there and is not what it was when the search began. */
export function requireSameTask({ objective }: Experiment): void {
  if (objective === undefined || typeof objective.head !== 'string' || !existsSync(objective.head)) return;
  if (sameJson(readTaskFile(objective.head), taskContentOf(objective))) return;
  throw new UserError({
    subject: objective.head,
    problem: 'this task was changed since the search began, so the search would not be the same',
    fix: 'restore it, or start a new search with another --db',
  });
}

/** What the file holds; the path of a head of the user's own is made absolute. */
function readTaskFile(path: string): TaskContent {
  const refuse = (problem: string, fix: string): never => {
    throw new UserError({ subject: path, problem, fix });
  };
  if (!existsSync(path)) refuse('the task file does not exist', 'name a downstream task (JSON)');
  let value: Json;
  try {
    value = JSON.parse(readText(path)) as Json;
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    return refuse(`is not JSON (${messageOf(cause)})`, 'correct the file');
  }
  return isJsonRecord(value)
    ? withAbsoluteHead(value, dirname(path))
    : refuse('must be an object', 'write { "head": … }');
}

/** A task whose head, where it is a file of the user's own, is named by its absolute path. */
export function withAbsoluteHead(task: JsonRecord, base: string): TaskContent {
  const absolute = (name: Json): Json =>
    typeof name === 'string' && isPath(name) ? resolve(base, name) : name;
  const { head } = task;
  const named = head !== undefined && isJsonRecord(head) ? head['name'] : undefined;
  if (named !== undefined)
    return plainTask({ ...task, head: { ...(head as JsonRecord), name: absolute(named) } });
  return plainTask(head === undefined ? task : { ...task, head: absolute(head) });
}

const plainTask = (task: JsonRecord): TaskContent => plainJson(task) as TaskContent;

/** Throws `UserError` for a task, a head, options or a metric that do not go together. */
export async function resolveObjective({
  objective,
  objectives,
}: Experiment): Promise<ResolvedObjective | undefined> {
  if (objective === undefined) return undefined;
  const subject = typeof objective.head === 'string' ? objective.head : 'objective.head';
  const { fairness: _left, ...task } = parseTask(taskContentOf(objective), subject);
  const head = await loadHead(task.head.name);
  parseOrThrow(head.options, task.head.options, `options of head ${head.name}`);
  return {
    task: {
      ...task,
      covariates: [],
      fusion: { name: 'none', options: {} },
      encoder: { ...task.encoder, train: 'frozen' },
      training: {
        ...task.training,
        ...(penaltyOf(head, task.training.penalty) === 0 && { penalty: LEAST_PENALTY }),
      },
    },
    head,
    metric: objectiveMetricOf(objective.metric, head.targets),
    ...(objective.worstGroup === undefined ? {} : { worstGroup: objective.worstGroup }),
    scoresWorstGroup: objective.worstGroup !== undefined && !objectives.includes('worstGroup'),
    folds: objective.folds,
  };
}
