/**
 * Constraints honoured at proposal: genomes that break one are redrawn, so none is trained in vain.
 *
 * Redraws come from the same generator, so a constrained space is as deterministic as the space itself.
 */
import type { Genome, Mutation } from '../core/records.js';
import { UserError } from '../core/errors.js';
import type { GenomeSpace } from './strategy.js';
import { changesOf, type Trace } from './trace.js';

/** Reason why a genome may not be proposed, in plain words; null where it may. A pure function. */
export type Feasible = (genome: Genome) => string | null;

/** Most mutations in a row, tried where fewer only lead to genomes that break a constraint. */
const LONGEST_WALK = 4;

/** Crossings of two genomes that are tried. */
const CROSSINGS = 20;

/**
 * A space whose `sample` and `mutate` give feasible genomes, in at most `tries` draws.
 * Where single mutations do not lead back to feasible genomes, walks of two, three and four are tried.
 * `trace` hears of genomes that were refused.
 */
export function constrained(
  space: GenomeSpace,
  feasible: Feasible,
  { tries = 1000, trace }: { readonly tries?: number; readonly trace?: Trace | undefined } = {},
): GenomeSpace {
  return {
    ...space,
    sample: (rng) => {
      let reason: string | null = null;
      for (let attempt = 0; attempt < tries; attempt++) {
        const genome = space.sample(rng);
        reason = feasible(genome);
        if (reason === null) return genome;
        trace?.refused({ kind: 'sample', path: '', reason });
      }
      throw exhausted('drawn', tries, reason);
    },
    // Where no crossing keeps the constraints, the first parent does.
    cross: (a, b, rng) => {
      for (let attempt = 0; attempt < CROSSINGS; attempt++) {
        const genome = space.cross(a, b, rng);
        const reason = feasible(genome);
        if (reason === null) return genome;
        trace?.refused({ kind: 'crossover', path: '', reason });
      }
      return a;
    },
    mutate: (genome, rng) => {
      const origin = space.hash(genome);
      let reason: string | null = null;
      for (let attempt = 0; attempt < tries; attempt++) {
        const steps = 1 + Math.floor((attempt * LONGEST_WALK) / tries);
        const child = walk(space, genome, steps, rng);
        reason = feasible(child.genome);
        if (reason === null && space.hash(child.genome) !== origin) return child;
        if (reason !== null) trace?.refused({ ...changesOf(child.mutations), reason });
      }
      throw exhausted('mutated', tries, reason);
    },
  };
}

type Walk = ReturnType<GenomeSpace['mutate']>;

function walk(
  space: GenomeSpace,
  start: Genome,
  steps: number,
  rng: Parameters<GenomeSpace['mutate']>[1],
): Walk {
  let genome = start;
  const mutations: Mutation[] = [];
  for (let step = 0; step < steps; step++) {
    const next = space.mutate(genome, rng);
    genome = next.genome;
    mutations.push(...next.mutations);
  }
  return { genome, mutations };
}

function exhausted(how: string, tries: number, reason: string | null): UserError {
  return new UserError({
    subject: 'constraints',
    problem: `no genome that keeps them was ${how} in ${tries} tries (the last: ${reason ?? 'unchanged'})`,
    fix: 'loosen the constraints or narrow the search space',
  });
}
