/**
 * Coverage against risk: how many errors are left when a model answers only where it is most certain.
 */
import { present } from '../../core/errors.js';
import { areaUnderRiskCoverage, riskCoverage, type OutcomeTable } from '../../metrics/index.js';

export interface CoverageReport {
  /** What rows are ordered by: the head's `uncertainty`, else `1 - greatest probability`. */
  readonly by: string;
  /** Share of errors among the most certain rows, by the share of rows that are answered: 0.5, 0.8, 0.9, 1. */
  readonly risk: Readonly<Record<string, number>>;
  /** Area under risk by coverage, and that of a random order; lower is better. */
  readonly area: number;
  readonly area_at_random: number;
}

const COVERAGES = [0.5, 0.8, 0.9, 1];

/** Undefined for other outcomes than classes: what an error is there is a matter of taste. */
export function coverageOf({ outcome, uncertainty }: OutcomeTable): CoverageReport | undefined {
  if (outcome.kind !== 'classes' || outcome.labels.length === 0) return undefined;
  const { labels, probabilities } = outcome;
  const greatest = probabilities.map((row) => Math.max(...row));
  const errors = probabilities.map((row, i) => (row.indexOf(greatest[i] ?? NaN) === labels[i] ? 0 : 1));
  const doubt = uncertainty ?? greatest.map((share) => 1 - share);
  const area = areaUnderRiskCoverage(doubt, errors);
  if (!('value' in area)) return undefined;
  const { coverage, risk } = riskCoverage(doubt, errors);
  return {
    by: uncertainty === undefined ? '1 - greatest probability' : 'uncertainty',
    risk: Object.fromEntries(
      COVERAGES.map((least) => {
        const at = coverage.findIndex((share) => share >= least - 1e-9);
        return [String(least), present(risk[at], 'a risk')];
      }),
    ),
    area: area.value,
    area_at_random: area.details?.['at_random'] ?? 0,
  };
}
