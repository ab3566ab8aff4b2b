/**
 * Sums of scores by a gene's value, from which mean, interval and explained variance follow: one pass, no list of scores.
 *
 * A gene of list items occurs several times in a genome, each time with the genome's one score. Means weigh occurrences, as
 * `voxolve lineage` does; intervals count each candidate once (the linearised variance of a ratio, Cochran, Sampling Techniques,
 * 1977, equation 6.9, with Student's t), which for genes that occur once is Student's usual interval.
 */
import { explainedInterval } from '../../../core/statistics/explained-variance.js';
import { studentQuantile } from '../../../core/statistics/students-t.js';
import type { Plain } from './genome-places.js';
import type { Estimate, GenesView } from '../types.js';

/** Of one value. With c occurrences in a candidate whose score is y above the shift: sums over candidates. */
class Tally {
  /** Candidates, Σc, Σcy, Σcy², Σc², Σc²y, Σc²y². */
  n = 0;
  c = 0;
  cy = 0;
  cyy = 0;
  private cc = 0;
  private ccy = 0;
  private ccyy = 0;
  private count = 0;
  private score = 0;
  private candidate = -1;

  /** Counts an occurrence; returns true if it is the candidate's first. */
  add(candidate: number, score: number): boolean {
    if (candidate === this.candidate) {
      this.count++;
      return false;
    }
    this.close();
    this.candidate = candidate;
    this.score = score;
    this.count = 1;
    return true;
  }

  /** Takes in the candidate under way. */
  close(): void {
    const { count, score } = this;
    if (count === 0) return;
    this.n++;
    this.c += count;
    this.cy += count * score;
    this.cyy += count * score * score;
    this.cc += count * count;
    this.ccy += count * count * score;
    this.ccyy += count * count * score * score;
    this.count = 0;
  }

  mean(shift: number): Estimate {
    const { n, c, cy } = this;
    const mean = cy / c;
    const squares = Math.max(0, this.ccyy - 2 * mean * this.ccy + mean * mean * this.cc);
    const value = mean + shift;
    if (n < 2) return { value, interval: null };
    const half = studentQuantile(n - 1) * Math.sqrt(((n / (n - 1)) * squares) / (c * c));
    return { value, interval: [value - half, value + half] };
  }
}

export class GeneTally {
  private readonly tallies = new Map<Plain, Tally>();
  /** Candidates that have the gene. */
  private candidates = 0;
  private last = -1;

  constructor(readonly gene: string) {}

  /** Counts one occurrence; those of a candidate follow each other. `score`: less the shift. */
  add(value: Plain, candidate: number, score: number): void {
    let tally = this.tallies.get(value);
    if (tally === undefined) this.tallies.set(value, (tally = new Tally()));
    tally.add(candidate, score);
    if (candidate !== this.last) this.candidates++;
    this.last = candidate;
  }

  /** Null where all have one value. `shift`: what was taken off the scores. */
  effect(shift: number): GenesView['genes'][number] | null {
    if (this.tallies.size < 2) return null;
    const all = [...this.tallies];
    for (const [, tally] of all) tally.close();
    const sum = (of: (tally: Tally) => number): number =>
      all.reduce((total, [, tally]) => total + of(tally), 0);
    const [c, cy] = [sum((one) => one.c), sum((one) => one.cy)];
    const total = sum((one) => one.cyy) - (cy * cy) / c;
    const between = sum((one) => (one.cy * one.cy) / one.c) - (cy * cy) / c;
    const share = total <= 0 ? 0 : Math.min(1, Math.max(0, between / total));
    return {
      gene: this.gene,
      explained: { value: share, interval: explainedInterval(share, all.length, this.candidates) },
      values: all
        .map(([value, tally]) => ({ value, candidates: tally.c, mean: tally.mean(shift) }))
        .sort((a, b) => b.mean.value - a.mean.value),
    };
  }
}
