/**
 * Evolution with a predictor: a Gaussian process over the encoded genomes, fitted to the ranks of all scores so
 * far, picks the most promising of many mutations of the best candidates.
 *
 * Scores enter as normal quantiles of their ranks, so that a few failures do not swamp the differences among the
 * good. Promising means the expected improvement over the best. In the manner of BANANAS, with a Gaussian process
 * in place of an ensemble of networks.
 *
 * Source: White, Neiswanger and Savani, "BANANAS: Bayesian Optimization with Neural Architectures for Neural
 * Architecture Search", AAAI 2021; acquisition by mutation as in its section 4.
 */
import { z } from 'zod';
import type { Rng } from '../../core/random.js';
import { normalCdf, normalDensity, normalQuantile } from '../../core/statistics/normal.js';
import { gaussianProcess, type Predict } from '../gaussian-process.js';
import type { GenomeSpace, Proposal, Result } from '../strategy.js';
import { scoreText } from '../trace.js';
import { defineStrategy } from './member.js';
import { founder, offspring } from './population.js';

/** The share of the pool that is drawn anew, so that no corner of the space is out of reach. */
const RANDOM_SHARE = 0.1;

export const predictor = defineStrategy({
  name: 'predictor',
  source: 'https://arxiv.org/abs/1910.11858',
  options: z.strictObject({
    initial: z.int().min(2).default(20).describe('Random candidates before the first prediction'),
    parents: z.int().min(1).default(20).describe('How many of the best are mutated'),
    pool: z.int().min(1).default(100).describe('Mutations among which the predictor picks'),
    fit: z
      .int()
      .min(10)
      .default(200)
      .describe('Most results that it is fitted to: half the best, half the newest'),
  }),
  create: ({ initial, parents, pool, fit }, space, { trace }) => {
    const scored: Result[] = [];
    const seen = new Set<string>();
    let model: { readonly predict: Predict; readonly best: number } | undefined;
    return {
      kind: 'sequential',
      name: 'predictor',
      ask: (_number, rng) => {
        if (scored.length < initial) {
          trace?.say(
            `Only ${scored.length} scores were known of the ${initial} that the predictor is first fitted to, so it was drawn at random from the space.`,
          );
          return founder(space, rng);
        }
        const ranked = [...scored].sort((a, b) => (b.score ?? 0) - (a.score ?? 0) || a.number - b.number);
        model ??= fitted(space, chosen(ranked, scored, fit));
        const drawn = children(space, ranked.slice(0, parents), seen, pool, rng);
        const { predict, best } = model;
        const promise = ({ genome }: Proposal): number =>
          expectedImprovement(predict(space.encode(genome)), best);
        const taken = mostPromising(drawn, promise);
        const [parent] = taken.parents;
        const origin =
          parent === undefined
            ? 'is a genome drawn at random'
            : `comes from ${parent.number}, ${scoreText(ranked.find((one) => one.number === parent.number)?.score ?? null)}`;
        trace?.say(
          `A Gaussian process was fitted to ${Math.min(fit, scored.length)} of ${scored.length} results; of ${drawn.length} new genomes, most of them mutations of the best ${Math.min(parents, ranked.length)}, it expected most of this one, which ${origin}.`,
        );
        return taken;
      },
      tell: (result) => {
        seen.add(space.hash(result.genome));
        if (result.score === null) return;
        scored.push(result);
        model = undefined;
      },
    };
  },
});

type Predictor = ReturnType<typeof gaussianProcess>;

/** Half the best and half the newest of the others, where there are more than `count`. */
function chosen(ranked: readonly Result[], inOrder: readonly Result[], count: number): readonly Result[] {
  if (ranked.length <= count) return ranked;
  const best = ranked.slice(0, Math.ceil(count / 2));
  const taken = new Set(best.map(({ number }) => number));
  const newest = inOrder.filter(({ number }) => !taken.has(number)).slice(best.length - count);
  return [...best, ...newest].sort((a, b) => (b.score ?? 0) - (a.score ?? 0) || a.number - b.number);
}

/** `results`: best first. */
function fitted(space: GenomeSpace, results: readonly Result[]): { predict: Predictor; best: number } {
  const targets = results.map((_, rank) => normalQuantile(1 - (rank + 0.5) / results.length));
  const points = results.map(({ genome }) => space.encode(genome));
  return { predict: gaussianProcess(points, targets), best: targets[0] ?? 0 };
}

/** Children that were not told yet; random genomes where mutations give too few, or the known where all are. */
function children(
  space: GenomeSpace,
  parents: readonly Result[],
  seen: ReadonlySet<string>,
  count: number,
  rng: Rng,
): readonly Proposal[] {
  const drawn = new Map<string, Proposal>();
  for (let attempt = 0; attempt < 2 * count && drawn.size < count; attempt++) {
    const child = rng.bool(RANDOM_SHARE) ? founder(space, rng) : mutant(space, rng.pick(parents), rng);
    const hash = space.hash(child.genome);
    if (!seen.has(hash)) drawn.set(hash, child);
  }
  return drawn.size > 0 ? [...drawn.values()] : [founder(space, rng)];
}

/** One or two mutations away from a parent. */
function mutant(space: GenomeSpace, parent: Result, rng: Rng): Proposal {
  const child = offspring(space, parent, rng);
  if (rng.bool(0.5)) return child;
  const { genome, mutations } = space.mutate(child.genome, rng);
  return { ...child, genome, mutations: [...child.mutations, ...mutations] };
}

/** The first of the greatest. */
function mostPromising<T>(items: readonly T[], value: (item: T) => number): T {
  let [leader] = items as readonly [T, ...T[]];
  let most = -Infinity;
  for (const item of items) {
    const own = value(item);
    if (own > most) [leader, most] = [item, own];
  }
  return leader;
}

/** E[max(0, f − best)] of a normal f (Jones, Schonlau and Welch 1998, equation 15). */
function expectedImprovement({ mean, deviation }: ReturnType<Predictor>, best: number): number {
  const z = (mean - best) / deviation;
  return deviation * (z * normalCdf(z) + normalDensity(z));
}
