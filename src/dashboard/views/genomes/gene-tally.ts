/**
 * Sums of scores by a gene's value, from which mean, interval and explained variance follow: no list of scores is kept, and a
 * candidate more costs what it has genes.
 *
 * A gene of list items occurs several times in a genome, each time with the genome's one score. Means weigh occurrences, as
 * `voxolve lineage` does; intervals count each candidate once (the linearised variance of a ratio, Cochran, Sampling Techniques,
 * 1977, equation 6.9, with Student's t), which for genes that occur once is Student's usual interval.
 */
import { sumOf } from '../../../core/statistics/descriptive.js';
import { explainedInterval } from '../../../core/statistics/explained-variance.js';
import { studentQuantile } from '../../../core/statistics/students-t.js';
import type { Plain } from './genome-places.js';
import { ScoreSums } from './score-sums.js';
import type { Estimate, GenesView } from '../types.js';

/** Of one value: scores of the candidates that have it, by how often they do. */
class Tally {
  private readonly byCount = new Map<number, ScoreSums>();
  private count = 0;
  private score = 0;
  private candidate = -1;

  add(candidate: number, score: number): void {
    if (candidate !== this.candidate) {
      this.close();
      this.candidate = candidate;
      this.score = score;
    }
    this.count++;
  }

  /** Takes in the candidate under way. */
  close(): void {
    if (this.count === 0) return;
    let sums = this.byCount.get(this.count);
    if (sums === undefined) this.byCount.set(this.count, (sums = new ScoreSums()));
    sums.add(this.score);
    this.count = 0;
  }

  /** With c occurrences in a candidate whose score is y above the shift, over candidates. */
  sums(shift: number): Sums {
    this.close();
    const groups = [...this.byCount].sort(([a], [b]) => a - b);
    const parts = groups.map(([c, own]) => ({
      c,
      n: own.count,
      y: own.above(shift),
      yy: own.squaresAbove(shift),
    }));
    const total = (of: (part: (typeof parts)[number]) => number): number => sumOf(parts.map(of));
    return {
      n: total(({ n }) => n),
      c: total(({ c, n }) => c * n),
      cy: total(({ c, y }) => c * y),
      cyy: total(({ c, yy }) => c * yy),
      cc: total(({ c, n }) => c * c * n),
      ccy: total(({ c, y }) => c * c * y),
      ccyy: total(({ c, yy }) => c * c * yy),
    };
  }
}

/** Candidates, Σc, Σcy, Σcy², Σc², Σc²y, Σc²y². */
type Sums = Readonly<Record<'n' | 'c' | 'cy' | 'cyy' | 'cc' | 'ccy' | 'ccyy', number>>;

function meanOf({ n, c, cy, cc, ccy, ccyy }: Sums, shift: number): Estimate {
  const mean = cy / c;
  const squares = Math.max(0, ccyy - 2 * mean * ccy + mean * mean * cc);
  const value = mean + shift;
  if (n < 2) return { value, interval: null };
  const half = studentQuantile(n - 1) * Math.sqrt(((n / (n - 1)) * squares) / (c * c));
  return { value, interval: [value - half, value + half] };
}

export class GeneTally {
  private readonly tallies = new Map<Plain, Tally>();
  /** Candidates that have the gene. */
  private candidates = 0;
  private last = -1;

  constructor(readonly gene: string) {}

  /** Counts one occurrence; those of a candidate follow each other. */
  add(value: Plain, candidate: number, score: number): void {
    let tally = this.tallies.get(value);
    if (tally === undefined) this.tallies.set(value, (tally = new Tally()));
    tally.add(candidate, score);
    if (candidate !== this.last) this.candidates++;
    this.last = candidate;
  }

  /** Null where all have one value. `shift`: the mean of all scores. */
  effect(shift: number): GenesView['genes'][number] | null {
    if (this.tallies.size < 2) return null;
    // In an order that does not depend on which value was met first.
    const all = [...this.tallies]
      .map(([value, tally]) => ({ value, key: JSON.stringify(value), sums: tally.sums(shift) }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const sum = (of: (sums: Sums) => number): number => sumOf(all.map(({ sums }) => of(sums)));
    const [c, cy] = [sum((one) => one.c), sum((one) => one.cy)];
    const total = sum((one) => one.cyy) - (cy * cy) / c;
    const between = sum((one) => (one.cy * one.cy) / one.c) - (cy * cy) / c;
    const share = total <= 0 ? 0 : Math.min(1, Math.max(0, between / total));
    return {
      gene: this.gene,
      explained: { value: share, interval: explainedInterval(share, all.length, this.candidates) },
      values: all
        .map(({ value, sums }) => ({ value, candidates: sums.c, mean: meanOf(sums, shift) }))
        .sort((a, b) => b.mean.value - a.mean.value),
    };
  }
}
