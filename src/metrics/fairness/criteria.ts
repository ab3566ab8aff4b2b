/**
 * Criteria of fairness of decisions between groups, each as a difference (0 is fair) and a ratio (1 is fair).
 *
 * - Demographic parity: the share of rows that are decided for the class.
 * - Equal opportunity: that share among rows of the class (true positive rate).
 * - Equalised odds: that share among rows of the class, and among the others (false positive rate); the worse of both gaps.
 *
 * The class is the second of two; of more, each is taken in turn and the worst gap is told. Sources: Dwork et al., "Fairness
 * through Awareness", ITCS 2012; Hardt, Price and Srebro, "Equality of Opportunity in Supervised Learning", NeurIPS 2016; the
 * definitions as differences and ratios are those of Fairlearn (`demographic_parity_difference`, `equalized_odds_ratio` …).
 */
import { refused, type Statistic } from '../finding.js';
import type { ClassOutcome } from '../outcome-table.js';
import { difference, extreme, gapOver, ratio, type Gap } from './gaps.js';
import type { Group } from './groups.js';

/** Of all rows, of those of the class, or of the others. */
type Among = 'all' | 'class' | 'others';

const CRITERIA: Readonly<Record<string, readonly Among[]>> = {
  demographic_parity: ['all'],
  equal_opportunity: ['class'],
  equalised_odds: ['class', 'others'],
};

const GAPS: Readonly<Record<string, readonly [Gap, 'largest' | 'smallest']>> = {
  difference: [difference, 'largest'],
  ratio: [ratio, 'smallest'],
};

/** All criteria by name, such as `equalised_odds_difference`. `decisions`: class index of each row. */
export function fairnessCriteria(
  outcome: ClassOutcome,
  decisions: ArrayLike<number>,
  groups: readonly Group[],
): readonly { readonly name: string; readonly statistic: Statistic }[] {
  const classes = outcome.names.length === 2 ? [1] : outcome.names.map((_, k) => k);
  return Object.entries(CRITERIA).flatMap(([criterion, rates]) =>
    Object.entries(GAPS).map(([suffix, [gap, which]]) => {
      const gaps = classes.flatMap((k) =>
        rates.map((among) =>
          gapOver(
            groups.map(({ name, rows }) => ({
              group: name,
              statistic: decidedShare(outcome, decisions, rows, [k, among]),
            })),
            gap,
          ),
        ),
      );
      return { name: `${criterion}_${suffix}`, statistic: extreme(gaps, which) };
    }),
  );
}

/** Share of rows that are decided for class `k`, of the weights of all rows. */
function decidedShare(
  { names, labels }: ClassOutcome,
  decisions: ArrayLike<number>,
  rows: readonly number[],
  [k, among]: readonly [number, Among],
): Statistic {
  const counted = rows.filter((row) => among === 'all' || (labels[row] === k) === (among === 'class'));
  return (weights) => {
    let [decided, all] = [0, 0];
    for (const row of counted) {
      all += weights[row] as number;
      if (decisions[row] === k) decided += weights[row] as number;
    }
    if (all > 0) return { value: decided / all };
    if (among === 'all') return refused('there is no row');
    return refused(
      among === 'class' ? `no row is of class "${names[k]}"` : `all rows are of class "${names[k]}"`,
    );
  };
}
