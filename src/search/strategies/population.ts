/**
 * Pure functions from which evolutionary strategies are composed.
 */
import type { Rng } from '../../core/random.js';
import type { GenomeSpace, Proposal, Result } from '../strategy.js';
import type { Trace } from '../trace.js';

/** `count` distinct members, in random order. */
export function pickRandom<T>(members: readonly T[], count: number, rng: Rng): readonly T[] {
  return rng.sample(members, count);
}

/** The member with the highest score, the first among equals; no score is below every score. */
export function best(members: readonly Result[]): Result | undefined {
  return members.reduce<Result | undefined>(
    (leader, member) => (leader === undefined || better(member, leader) ? member : leader),
    undefined,
  );
}

function better(a: Result, b: Result): boolean {
  return (a.score ?? -Infinity) > (b.score ?? -Infinity);
}

/** A genome of nobody's. */
export function founder(space: GenomeSpace, rng: Rng): Proposal {
  return { genome: space.sample(rng), parents: [], mutations: [] };
}

/** A mutated copy of `parent`. */
export function offspring(space: GenomeSpace, parent: Result, rng: Rng): Proposal {
  const { genome, mutations } = space.mutate(parent.genome, rng);
  return { genome, parents: [{ number: parent.number, role: 'parent' }], mutations };
}

/** Draws until `accept` holds, at most `tries` times; then takes the last. */
export function redraw<T>(draw: () => T, accept: (drawn: T) => boolean, tries: number, trace?: Trace): T {
  let drawn = draw();
  let attempt = 1;
  for (; attempt < tries && !accept(drawn); attempt++) drawn = draw();
  if (attempt > 1) trace?.say(`It was drawn ${attempt} times, since genomes that are known already came up.`);
  return drawn;
}
