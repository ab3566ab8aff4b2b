/**
 * Stopping by learning curve: training ends at a validation where the best score so far is below what others had.
 *
 * The median stopping rule: the candidate's best score up to a step is compared with the median of the others' mean
 * scores up to that step. Which others is fixed: candidate i sees the curves of exactly those numbered ≤ i − lookahead
 * that trained at its rung, so that the rule gives the same on every machine and after every kill.
 *
 * Source: Golovin et al., "Google Vizier: A Service for Black-Box Optimization", KDD 2017, section 3.2.2.
 */
import type { Threshold } from '../core/records.js';
import { lowerQuantile } from '../core/statistics/quantiles.js';

export interface CurveRule {
  /** Name of the curve: scores by training step. */
  readonly curve: string;
  /** Quantile of the others that is demanded: 0.5 is the median. */
  readonly quantile: number;
  /** Fewer curves than this stop nobody. */
  readonly atLeast: number;
}

export interface ScoreCurve {
  readonly rung: number;
  readonly points: readonly { readonly step: number; readonly value: number }[];
}

export class CurveStopping {
  /** By rung and step the others' mean scores up to it, ascending. */
  private readonly levels = new Map<number, Map<number, number[]>>();
  private readonly untold = new Map<number, ScoreCurve | null>();
  private told = 0;

  constructor(
    private readonly rule: CurveRule,
    private readonly lookahead: number,
  ) {}

  /** Makes the curve of a finished candidate known, in any order; null where it has none. */
  finished(number: number, curve: ScoreCurve | null): void {
    this.untold.set(number, curve);
  }

  /** Scores that a candidate has to reach. Numbers must be asked in ascending order. */
  thresholdsOf(number: number, rung: number): readonly Threshold[] {
    for (; this.told <= number - this.lookahead; this.told++) {
      const curve = this.untold.get(this.told);
      if (curve === undefined) throw new Error(`the curve of candidate ${this.told} is due before ${number}`);
      this.untold.delete(this.told);
      if (curve !== null) this.learn(curve);
    }
    const { quantile, atLeast } = this.rule;
    return [...(this.levels.get(rung) ?? [])]
      .filter(([, known]) => known.length >= atLeast)
      .map(([step, known]) => ({
        step,
        score: lowerQuantile(known, quantile) ?? -Infinity,
      }))
      .sort((a, b) => a.step - b.step);
  }

  private learn({ rung, points }: ScoreCurve): void {
    const steps = this.levels.get(rung) ?? new Map<number, number[]>();
    this.levels.set(rung, steps);
    let sum = 0;
    points.forEach(({ step, value }, i) => {
      sum += value;
      const known = steps.get(step) ?? [];
      steps.set(step, known);
      insert(known, sum / (i + 1));
    });
  }
}

/** The step at which a curve falls behind; undefined where it never does. The last step is not asked about. */
export function stopOf(
  thresholds: readonly Threshold[],
  { points }: ScoreCurve,
  last: number,
): number | undefined {
  let best = -Infinity;
  for (const { step, value } of points) {
    best = Math.max(best, value);
    const demanded = thresholds.find((threshold) => threshold.step === step)?.score ?? -Infinity;
    if (step < last && best < demanded) return step;
  }
  return undefined;
}

function insert(ascending: number[], value: number): void {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? Infinity) <= value) low = middle + 1;
    else high = middle;
  }
  ascending.splice(low, 0, value);
}
