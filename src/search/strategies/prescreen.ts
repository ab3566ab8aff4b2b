/**
 * Prescreening: of several proposals the one that a zero-cost score likes best is the one that is trained.
 *
 * A score is trusted once it orders the trained candidates better than their number of parameters does, and only for as
 * long as that holds; until then, and whenever none is trusted, the strategy's own first proposal stands. What is
 * trusted follows from the results told, so the rule of determinism holds.
 *
 * Source: Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS", ICLR 2021, section 4 (proposals chosen by
 * a score); White et al., "A Deeper Look at Zero-Cost Proxies", 2022, on parameters as the baseline.
 */
import { z } from 'zod';
import type { Genome } from '../../core/records.js';
import { kendallTau } from '../../core/statistics/rank-correlation.js';
import { BASELINE, type ZeroCostScores } from '../zero-cost.js';
import { asSequential, type Proposal, type SequentialStrategy, type Strategy } from '../strategy.js';
import type { Trace } from '../trace.js';

export const PrescreenOptions = z.strictObject({
  score: z
    .string()
    .min(1)
    .default('auto')
    .describe('the score that chooses; auto: the one that orders the trained candidates best'),
  pool: z.int().min(2).max(100).default(8).describe('proposals that it chooses from'),
  after: z.int().min(4).default(16).describe('trained candidates before a score can be trusted'),
  last: z.int().min(10).default(100).describe('trained candidates that it is judged by, the newest'),
});

export type PrescreenOptions = z.output<typeof PrescreenOptions>;

export interface Agreement {
  readonly name: string;
  /** Kendall's rank correlation with the trained score. */
  readonly correlation: number;
  /** True if it may choose: it orders better than the number of parameters, and no worse than chance. */
  readonly trusted: boolean;
}

/** Rank correlation of each score with the trained candidates' scores. */
export function agreements(
  zeroCost: ZeroCostScores,
  trained: readonly { readonly genome: Genome; readonly score: number }[],
): readonly Agreement[] {
  const truth = trained.map(({ score }) => score);
  const of = (name: string): number =>
    kendallTau(
      trained.map(({ genome }) => zeroCost.score(name, genome)),
      truth,
    );
  const baseline = of(BASELINE);
  return zeroCost.names.map((name) => {
    const correlation = name === BASELINE ? baseline : of(name);
    return { name, correlation, trusted: correlation > Math.max(0, baseline) };
  });
}

export function prescreening(
  own: Strategy,
  options: PrescreenOptions,
  zeroCost: ZeroCostScores,
  trace?: Trace,
): SequentialStrategy {
  const strategy = asSequential(own);
  const { pool, after, last } = options;
  const trained: { genome: Genome; score: number }[] = [];
  let trust: { readonly name: string | null } | undefined;

  /** The score that chooses now, if any does. */
  const trusted = (): string | null => {
    if (trained.length < after) return null;
    trust ??= { name: best(agreements(zeroCost, trained.slice(-last)), options.score) };
    return trust.name;
  };

  return {
    ...strategy,
    ask: (number, rng) => {
      const first = strategy.ask(number, rng);
      const name = trusted();
      // A promotion is decided already.
      if (first.parents.some(({ role }) => role === 'promotion')) return first;
      if (name === null) {
        trace?.say('No zero-cost score was trusted to choose, so the first proposal stood.');
        return first;
      }
      trace?.say(`That was the first of ${pool} proposals.`);
      const others = Array.from({ length: pool - 1 }, (_, i) => {
        trace?.say(`Proposal ${i + 2} of ${pool}:`);
        return strategy.ask(number, rng.split('prescreen', i));
      });
      const liked = others.reduce<{ proposal: Proposal; score: number }>(
        (leader, proposal) => {
          const score = zeroCost.score(name, proposal.genome);
          return score > leader.score ? { proposal, score } : leader;
        },
        { proposal: first, score: zeroCost.score(name, first.genome) },
      ).proposal;
      const place = liked === first ? 0 : 1 + others.indexOf(liked);
      trace?.say(
        `Of ${pool} proposals, number ${place + 1} was taken, which the zero-cost score ${name} liked best.`,
      );
      return liked;
    },
    tell: (result) => {
      strategy.tell(result);
      if (result.score === null) return;
      trained.push({ genome: result.genome, score: result.score });
      trust = undefined;
    },
  };
}

function best(found: readonly Agreement[], wanted: string): string | null {
  const fit = found.filter(({ name, trusted }) => trusted && (wanted === 'auto' || wanted === name));
  return (
    fit.reduce<Agreement | null>(
      (leader, one) => (leader === null || one.correlation > leader.correlation ? one : leader),
      null,
    )?.name ?? null
  );
}
