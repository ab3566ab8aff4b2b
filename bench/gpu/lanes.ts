/**
 * Candidates an hour where each of some lanes evaluates the same candidates, each beginning with another one, so that all
 * numbers of lanes are measured on the same mixture.
 */
import type { EvaluationJob } from '../../src/core/records.js';
import { sumOf } from '../../src/core/statistics/descriptive.js';

export interface Rate {
  readonly perHour: number;
  readonly evaluated: number;
  readonly seconds: number;
  /** True if the time ended before all were evaluated. */
  readonly cut: boolean;
}

/** Undefined where not one candidate of a lane fitted. `until`: on the clock of `performance.now()`. */
export async function rateOf(
  evaluate: (job: EvaluationJob) => Promise<void>,
  jobs: readonly EvaluationJob[],
  lanes: number,
  until: number,
): Promise<Rate | undefined> {
  const begun = performance.now();
  const all = await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      let [done, ended] = [0, begun];
      for (let k = 0; k < jobs.length && performance.now() < until; k++) {
        const job = jobs[(k + lane) % jobs.length];
        if (job === undefined) break;
        await evaluate(job);
        done += 1;
        ended = performance.now();
      }
      return { done, seconds: (ended - begun) / 1000 };
    }),
  );
  if (all.some(({ done }) => done === 0)) return undefined;
  const evaluated = sumOf(all.map(({ done }) => done));
  return {
    perHour: sumOf(all.map(({ done, seconds }) => (3600 * done) / seconds)),
    evaluated,
    seconds: Math.max(...all.map(({ seconds }) => seconds)),
    cut: evaluated < lanes * jobs.length,
  };
}
