/**
 * Can the scores be trusted: pairs behind the correlations, and how sure the order of the best is.
 */
import { winnersOf, type Standing } from '../../api/reading/winner.js';
import { meanOf, squaredDeviations } from '../../core/statistics/descriptive.js';
import { studentQuantile } from '../../core/statistics/students-t.js';
import { rngOf } from '../../core/random.js';
import { repeatedScores, trustRows, type ExperimentRow, type Store } from '../../store/index.js';
import { trustReports } from '../../study/index.js';
import type { TrustView } from './types.js';

export function trustView(store: Store, row: ExperimentRow): TrustView {
  return store.snapshot(() => {
    const rows = trustRows(store, row.id);
    const standings = winnersOf(store, row)?.standings ?? [];
    const shares = firstShares(
      standings.map(({ scores }) => scores),
      row.seed,
    );
    const repeated = repeatedScores(store, row.id);
    return {
      pairs: rows.map(({ number, score, full, probe, params }) => ({ number, score, full, probe, params })),
      reports: trustReports(rows),
      top: standings.map((standing, place) => topOf(standing, shares?.[place] ?? null)),
      rankNoise: noiseOf(repeated),
      gainMargin: gainMarginOf(
        moreRepeated(
          repeated,
          standings.map(({ scores }) => scores),
        ),
      ),
    };
  });
}

function topOf(
  { number, searchScore, scores, mean, interval }: Standing,
  firstShare: number | null,
): TrustView['top'][number] {
  return {
    number,
    searchScore,
    scores,
    mean: mean === null ? null : { value: mean, interval },
    firstShare,
  };
}

const DRAWS = 2000;

/**
 * Share of draws in which each has the highest mean, where its repetitions are drawn anew, with replacement (Efron's
 * bootstrap); equal means share a draw. Repetitions of different candidates are independent, since their trainings draw from
 * generators of their own, and are drawn independently. Null where one was trained less than twice. What other patients would
 * change is not in it; and of two or three repetitions the bootstrap makes too little.
 */
export function firstShares(scores: readonly (readonly number[])[], seed: number): readonly number[] | null {
  if (scores.length === 0 || scores.some(({ length }) => length < 2)) return null;
  const rng = rngOf(seed, 'first among the best');
  const shares = scores.map(() => 0);
  for (let draw = 0; draw < DRAWS; draw++) {
    const means = scores.map((own) => meanOf(own.map(() => rng.pick(own))));
    const highest = Math.max(...means);
    const first = means.filter((mean) => mean === highest).length;
    means.forEach((mean, i) => {
      if (mean === highest) shares[i] = (shares[i] ?? 0) + 1 / first / DRAWS;
    });
  }
  return shares;
}

const freedomOf = (groups: readonly (readonly number[])[]): number =>
  groups.reduce((sum, { length }) => sum + Math.max(0, length - 1), 0);

type Groups = readonly (readonly number[])[];

/** Of two sets of repetitions the one with more degrees of freedom: a single pair gives an interval that says nothing, and repetitions that are all equal say that seeds were not varied. */
export const moreRepeated = (search: Groups, winners: Groups): Groups =>
  freedomOf(winners) > freedomOf(search) && noiseOf(winners) !== 0 ? winners : search;

/**
 * Half the width of the 95 % interval of a difference of two single scores, by Student's t with the pooled noise; null where no
 * group has two values.
 */
export function gainMarginOf(groups: readonly (readonly number[])[]): number | null {
  const noise = noiseOf(groups);
  return noise === null ? null : studentQuantile(freedomOf(groups)) * Math.SQRT2 * noise;
}

/** Standard deviation within groups, pooled; null where no group has two values. */
export function noiseOf(groups: readonly (readonly number[])[]): number | null {
  const freedom = freedomOf(groups);
  if (freedom === 0) return null;
  return Math.sqrt(groups.reduce((sum, own) => sum + squaredDeviations(own), 0) / freedom);
}
