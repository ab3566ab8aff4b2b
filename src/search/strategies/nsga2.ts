/**
 * NSGA-II for any number of objectives, one child at a time.
 *
 * The population holds the best `population` of all that were told: by rank of non-domination, within a rank by
 * crowding distance. A child is a mutation of a binary tournament's winner, perhaps of its crossing with another's.
 * Where results have no objectives, the score is the only one.
 *
 * Source: Deb, Pratap, Agarwal and Meyarivan, "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II", IEEE
 * Transactions on Evolutionary Computation 2002; its steady-state form is Nebro and Durillo, LION 2009.
 */
import { z } from 'zod';
import type { Rng } from '../../core/random.js';
import { crowding, ranked } from '../pareto.js';
import type { GenomeSpace, Proposal, Result } from '../strategy.js';
import { scoreText, type Trace } from '../trace.js';
import { defineStrategy } from './member.js';
import { founder, offspring, redraw } from './population.js';

/** Tries to make a child that repeats no genome already told. */
const TRIES = 20;

interface Member {
  readonly result: Result;
  readonly objectives: readonly number[];
  readonly rank: number;
  readonly crowding: number;
}

export const nsga2 = defineStrategy({
  name: 'nsga2',
  source: 'https://doi.org/10.1109/4235.996017',
  options: z.strictObject({
    population: z.int().min(2).default(20).describe('Candidates that can become parents'),
    crossover: z.number().min(0).max(1).default(0).describe('Share of children that have two parents'),
  }),
  create: ({ population, crossover }, space, { trace }) => {
    let alive: readonly Member[] = [];
    let told = 0;
    const seen = new Set<string>();
    return {
      kind: 'sequential',
      name: 'nsga2',
      ask: (_number, rng) => {
        if (told < population || alive.length < 2) {
          trace?.say(
            `Of ${told} results known, ${alive.length} can become parents; it takes ${population} results and two parents, so it was drawn at random from the space.`,
          );
          return founder(space, rng);
        }
        return redraw(
          () => child({ space, members: alive, crossover, trace }, rng),
          ({ genome }) => !seen.has(space.hash(genome)),
          TRIES,
          trace,
        );
      },
      tell: (result) => {
        told++;
        const hash = space.hash(result.genome);
        if (result.score !== null && !seen.has(hash)) {
          const objectives = result.objectives ?? [result.score];
          alive = survivors([...alive, { result, objectives, rank: 0, crowding: 0 }], population);
        }
        seen.add(hash);
      },
    };
  },
});

/** The best by rank, then by crowding; in equal standing the earlier told. */
function survivors(members: readonly Member[], count: number): readonly Member[] {
  return ranked(members, ({ objectives }) => objectives)
    .flatMap((level, rank) => {
      const distances = crowding(level, ({ objectives }) => objectives);
      return level.map((member) => ({ ...member, rank, crowding: distances.get(member) ?? 0 }));
    })
    .sort(byStanding)
    .slice(0, count);
}

function byStanding(a: Member, b: Member): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  return a.crowding === b.crowding ? a.result.number - b.result.number : b.crowding - a.crowding;
}

function tournament(members: readonly Member[], rng: Rng, trace: Trace | undefined): Result {
  const [first, second] = rng.sample(members, 2) as [Member, Member];
  const [winner, loser] = byStanding(first, second) <= 0 ? [first, second] : [second, first];
  trace?.compared([winner.result, loser.result], winner.result.number);
  trace?.say(
    `Of the ${members.length} that can become parents it drew ${standing(first)} and ${standing(second)}; ${winner.result.number} ${advantage(winner, loser)}.`,
  );
  return winner.result;
}

function standing({ result: { number, score }, rank }: Member): string {
  return `${number} (${scoreText(score)}, rank ${rank})`;
}

function advantage(winner: Member, loser: Member): string {
  if (winner.rank !== loser.rank) return 'has the better rank';
  return winner.crowding === loser.crowding ? 'is the earlier of two in equal standing' : 'is less crowded';
}

interface Parents {
  readonly space: GenomeSpace;
  readonly members: readonly Member[];
  readonly crossover: number;
  readonly trace: Trace | undefined;
}

function child({ space, members, crossover, trace }: Parents, rng: Rng): Proposal {
  const parent = tournament(members, rng, trace);
  if (crossover === 0 || !rng.bool(crossover)) return offspring(space, parent, rng);
  const other = tournament(members, rng, trace);
  if (other.number === parent.number) return offspring(space, parent, rng);
  trace?.say(`The genomes of ${parent.number} and ${other.number} were crossed, and the crossing mutated.`);
  const crossed = { ...parent, genome: space.cross(parent.genome, other.genome, rng) };
  const { genome, mutations } = offspring(space, crossed, rng);
  return {
    genome,
    parents: [
      { number: parent.number, role: 'parent' },
      { number: other.number, role: 'crossover' },
    ],
    mutations,
  };
}
