/**
 * Can the scores be trusted: pairs behind the correlations, and how sure the order of the best is.
 */
import { winnersOf, type Standing } from '../../api/reading/winner.js';
import { rngOf } from '../../core/random.js';
import { meanOf } from '../../core/statistics/descriptive.js';
import { trustRows, type ExperimentRow, type Store } from '../../store/index.js';
import { keptReports } from './trust/kept-reports.js';
import { gainMarginOf, moreRepeated, noiseOf, pooledOf } from './trust/noise.js';
import { repetitionsOf } from './trust/repetitions.js';
import type { TrustView } from './types.js';

export function trustView(store: Store, row: ExperimentRow): TrustView {
  return store.snapshot(() => {
    const rows = trustRows(store, row.id);
    const standings = winnersOf(store, row)?.standings ?? [];
    const scores = standings.map((standing) => standing.scores);
    const shares = firstShares(scores, row.seed);
    const [search, winners] = [repetitionsOf(store, row).pooled, pooledOf(scores)];
    return {
      pairs: rows.map(({ number, score, full, probe, params }) => ({ number, score, full, probe, params })),
      reports: keptReports(store, row, rows),
      top: standings.map((standing, place) => topOf(standing, shares?.[place] ?? null)),
      rankNoise: noiseOf(search.freedom > 0 ? search : winners),
      gainMargin: gainMarginOf(moreRepeated(search, winners)),
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
