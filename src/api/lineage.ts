/**
 * The lineage of a search: a candidate's ancestors, all candidates, and the statistics of mutations and genes.
 */
import { UserError } from '../core/errors.js';
import {
  ancestry,
  readLineage,
  summarise,
  type Ancestor,
  type ExperimentRow,
  type LineageRow,
  type Store,
} from '../store/index.js';
import {
  diversityOverTime,
  geneEffects,
  operatorSuccess,
  type Diversity,
  type GeneEffect,
  type OperatorSuccess,
} from '../study/index.js';
import { withExperiment, type ExperimentSource } from './open-experiment.js';
import { bestNumber } from './reading/winner.js';
import { zeroCostReport, type ZeroCostReport } from './reading/zero-cost-report.js';

export interface LineageSource extends ExperimentSource {
  /** Number of a candidate; absent: the winner, or the highest score until it is known. */
  readonly number?: number | undefined;
}

/** The line from its founder to a candidate, eldest first, with what each mutation changed and gained. */
export function lineage({ number, ...source }: LineageSource): Promise<readonly Ancestor[]> {
  return withExperiment(source, (store, row) => ancestryOf(store, row, number));
}

/** All candidates in the order of their numbers, and the line of ancestors of one of them. */
export function wholeLineage({ number, ...source }: LineageSource): Promise<{
  readonly candidates: readonly LineageRow[];
  readonly line: readonly Ancestor[];
}> {
  return withExperiment(source, (store, row) => ({
    line: ancestryOf(store, row, number),
    candidates: readLineage(store, row.id),
  }));
}

/** All candidates in the order of their numbers; there may be none yet. */
export function candidates(source: ExperimentSource): Promise<readonly LineageRow[]> {
  return withExperiment(source, (store, row) => readLineage(store, row.id));
}

export interface LineageStatistics {
  /** Success rate of each kind of mutation: the share that improved on the parent. */
  readonly operators: readonly OperatorSuccess[];
  /** Mean score by value of a gene. */
  readonly genes: readonly GeneEffect[];
  readonly diversity: readonly Diversity[];
}

export function lineageStatistics(source: ExperimentSource): Promise<LineageStatistics> {
  return withExperiment(source, (store, row) => {
    const rows = readLineage(store, row.id);
    return {
      operators: operatorSuccess(rows),
      genes: geneEffects(rows),
      diversity: diversityOverTime(rows),
    };
  });
}

/** Agreement of scores without training with the trained scores of a search. */
export function zeroCostAgreement(source: ExperimentSource): Promise<ZeroCostReport> {
  return withExperiment(source, zeroCostReport);
}

function ancestryOf(store: Store, row: ExperimentRow, asked: number | undefined): readonly Ancestor[] {
  const number = asked ?? bestNumber(store, row);
  const line = ancestry(store, row.id, number);
  if (line.length > 0) return line;
  const { total } = summarise(store, row.id).candidates;
  throw new UserError({
    subject: store.path,
    problem: `has no candidate ${number}`,
    fix: total === 0 ? 'wait for the first one' : `choose one from 0 to ${total - 1}`,
  });
}
