/**
 * Metrics of two classes for more of them: each class against all others, and the plain mean ("macro").
 */
import { isFound, refused, type Finding, type Statistic } from '../finding.js';
import type { ClassOutcome } from '../outcome-table.js';

type OfScores = (positive: ArrayLike<number>, scores: ArrayLike<number>) => Statistic;

/**
 * A metric of the second class where there are two, otherwise the mean over classes, each against the rest; refused where it
 * is for one of them.
 */
export function oneVersusRest(metric: OfScores): (outcome: ClassOutcome) => Statistic {
  return (outcome) => {
    const { names } = outcome;
    if (names.length === 2) return named(ofClass(metric, outcome, 1), names[1] as string);
    const all = names.map((name, k) => named(ofClass(metric, outcome, k), name));
    return (weights) => {
      const findings = all.map((statistic) => statistic(weights));
      const missing = findings.find((finding) => !isFound(finding));
      if (missing !== undefined) return missing;
      const sum = findings.reduce((total, finding) => total + (isFound(finding) ? finding.value : 0), 0);
      return { value: sum / names.length };
    };
  };
}

function ofClass(metric: OfScores, { labels, probabilities }: ClassOutcome, k: number): Statistic {
  return metric(
    Uint8Array.from(labels, (label) => (label === k ? 1 : 0)),
    Float64Array.from(probabilities, (row) => row[k] as number),
  );
}

/** The statistic, with "the class" called by its name where it is refused. */
function named(statistic: Statistic, name: string): Statistic {
  return (weights): Finding => {
    const finding = statistic(weights);
    return isFound(finding) ? finding : refused(finding.refused.replace('the class', `class "${name}"`));
  };
}
