/**
 * What each kind of mutation was worth, over children of one mutation alone: the share that scored higher than their
 * parents at the same rung, with Wilson's interval, and the mean gain with Student's, which leans on the central limit theorem: of
 * few trials with gains far from normal it is too narrow.
 */
import { meanOf } from '../../../core/statistics/descriptive.js';
import { wilson } from '../../../core/statistics/intervals.js';
import { generalPath } from '../../../study/index.js';
import { meanWithInterval } from '../estimates.js';
import type { LineageView } from '../types.js';

interface Operator {
  readonly kind: string;
  readonly gene: string;
}

export class Operators {
  private readonly operators: Operator[] = [];
  private readonly indices = new Map<string, Map<string, number>>();

  /** Index of the operator of a mutation. */
  of(kind: string, path: string): number {
    const byPath = this.indices.get(kind) ?? new Map<string, number>();
    this.indices.set(kind, byPath);
    const index = byPath.get(path) ?? this.indexOf(kind, generalPath(path));
    byPath.set(path, index);
    return index;
  }

  /** `gains`: of the children by each operator, by its index. */
  summaries(gains: ReadonlyMap<number, readonly number[]>): LineageView['operators'] {
    return this.operators.map(({ kind, gene }, index) => summaryOf(kind, gene, gains.get(index) ?? []));
  }

  private indexOf(kind: string, gene: string): number {
    const known = this.operators.findIndex((one) => one.kind === kind && one.gene === gene);
    return known === -1 ? this.operators.push({ kind, gene }) - 1 : known;
  }
}

function summaryOf(kind: string, gene: string, gains: readonly number[]): LineageView['operators'][number] {
  const trials = gains.length;
  const successes = gains.filter((gain) => gain > 0).length;
  return {
    kind,
    gene,
    trials,
    successes,
    rate:
      trials === 0
        ? { value: 0, interval: null }
        : { value: successes / trials, interval: wilson(successes, trials) },
    meanGain: trials === 0 ? { value: meanOf(gains), interval: null } : meanWithInterval(gains),
  };
}
