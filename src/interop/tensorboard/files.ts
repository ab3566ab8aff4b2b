/**
 * Event files of a search: a run for each evaluation, whole in one file, and a run `scores` with the scores over candidates.
 *
 * Bytes follow from the database alone: a file that is written again is the same, one that grew begins as it was. So readers that have
 * read a part go on, and nothing is ever shown twice.
 */
import type { ExperimentRow, Store } from '../../store/index.js';
import {
  curvesOf,
  evaluationName,
  paddedNumber,
  probesOf,
  shownTime,
  startOf,
  type LoggedEvaluation,
} from '../evaluations.js';
import { scalarEvent, textEvent, verbatim, versionEvent, type ScalarPoint } from './events.js';

/** Name of every event file: what is before the dot tells TensorBoard that it is one; the number orders files within a run. */
const FILE = 'events.out.tfevents.0000000000.voxolve';

/** Path of an evaluation's file, relative to the folder of the search. */
export function evaluationPath(evaluation: LoggedEvaluation): string {
  return `candidate-${paddedNumber(evaluation.number)}/${evaluationName(evaluation)}/${FILE}`;
}

/** Path of the file of the scores, relative to the folder of the search. */
export const SCORES_PATH = `scores/${FILE}`;

/** File of one evaluation: its curves, its figures at the last step, its genome and what it was. */
export function evaluationFile(store: Store, row: ExperimentRow, evaluation: LoggedEvaluation): Uint8Array {
  const time = (step: number): number => shownTime(row, evaluation, step);
  const point = (step: number, value: number): ScalarPoint => ({ time: time(step), step, value });
  const { steps, score, genome } = evaluation;
  const records = [
    versionEvent(time(0)),
    textEvent('genome', verbatim(JSON.stringify(JSON.parse(genome), null, 2)), time(0)),
    textEvent('evaluation', description(row, evaluation), time(0)),
  ];
  for (const { name, steps: at, values } of curvesOf(store, evaluation.id)) {
    at.forEach((step, i) => records.push(scalarEvent(`curves/${name}`, point(step, values[i] as number))));
  }
  if (score !== null) records.push(scalarEvent('final/score', point(steps, score)));
  for (const { name, value } of probesOf(store, evaluation.id)) {
    records.push(scalarEvent(`probes/${name}`, point(steps, value)));
  }
  return joined(records);
}

function description(row: ExperimentRow, evaluation: LoggedEvaluation): string {
  const { number, purpose, rung, seed, steps, status, score, engine, device, seconds, error } = evaluation;
  const { params, macs } = evaluation;
  const facts = { experiment: row.name, candidate: number, purpose, rung, seed, steps, status, score };
  return verbatim(
    JSON.stringify({ ...facts, params, macs, engine, device, seconds, error, metric: row.metric }, null, 2),
  );
}

/** A finished candidate. */
export interface ScoreRow {
  readonly number: number;
  readonly rung: number;
  readonly score: number | null;
}

/** Finished candidates from number `from` on, up to the first that is not: TensorBoard drops what came before a step that descends. */
export function finishedFrom(store: Store, experiment: number, from: number): readonly ScoreRow[] {
  const rows = store
    .statement(
      'SELECT number, rung, score, status FROM candidates WHERE experiment = ? AND number >= ? ORDER BY number',
    )
    .all(experiment, from) as (ScoreRow & { readonly status: string })[];
  const end = rows.findIndex(
    ({ number, status }, i) => number !== from + i || status === 'pending' || status === 'running',
  );
  return end === -1 ? rows : rows.slice(0, end);
}

/** Start of the file of the scores, before the first candidate. */
export function scoresHead(row: ExperimentRow): Uint8Array {
  const { name, task, space, strategy, seed, engine, device, metric, chance, version } = row;
  const time = startOf(row);
  const facts = { name, task, space, strategy, seed, engine, device, metric, chance, version };
  return joined([
    versionEvent(time),
    textEvent('experiment', verbatim(JSON.stringify(facts, null, 2)), time),
  ]);
}

/**
 * Records of the next candidates: each one's score, and the highest so far at its rung.
 *
 * @param before the highest score by rung before them
 */
export function scoreRecords(
  row: ExperimentRow,
  rows: readonly ScoreRow[],
  before: ReadonlyMap<number, number> = new Map(),
): { readonly bytes: Uint8Array; readonly highest: ReadonlyMap<number, number> } {
  const time = startOf(row);
  const highest = new Map(before);
  const records = rows.flatMap(({ number: step, rung, score }) => {
    if (score === null) return [];
    const best = Math.max(highest.get(rung) ?? -Infinity, score);
    highest.set(rung, best);
    const suffix = rung === 0 ? '' : ` at rung ${rung}`;
    return [
      scalarEvent(`search/score${suffix}`, { time, step, value: score }),
      scalarEvent(`search/highest score${suffix}`, { time, step, value: best }),
    ];
  });
  return { bytes: joined(records), highest };
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
