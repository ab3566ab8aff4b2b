/**
 * A search space: a typed gene, and what its genomes build.
 *
 * Drawing, mutating, crossing, counting and checking genomes follow from the gene; a space may add operators
 * of its own, which compete with the gene's sites by weight.
 */
import type { ZodType } from 'zod';
import type { Genome, Mutation } from '../core/records.js';
import { UserError } from '../core/errors.js';
import { hashJson } from '../core/hash.js';
import type { Json } from '../core/json.js';
import type { Rng } from '../core/random.js';
import { pickSite, type Change, type Gene, type Site } from './genes/gene.js';
import { pointerOf } from './genes/pointer.js';
import type { GenomeSpace } from './strategy.js';

export interface SpaceContext {
  /** Channels of the scans. */
  readonly channels: number;
}

export interface SearchSpace<G extends Json = Json, A = unknown> {
  readonly name: string;
  /** Paper or page that the space follows. */
  readonly source: string;
  readonly gene: Gene<G>;
  /** Published networks among the genomes, by name. */
  readonly named?: Readonly<Record<string, G>>;
  /** Options that an experiment may choose, by which `withOptions` makes another space; absent: none. */
  readonly options?: ZodType;
  /** The space with these options, complete and valid. Called where an experiment gives some. */
  withOptions?(options: unknown): SearchSpace<Json, A>;
  /** Must be a pure function; may be called in any thread. */
  build(genome: G, context: SpaceContext): A;
  /** The network of `build`, followed by the published head for that many classes; absent: a plain linear one. */
  classify?(genome: G, context: SpaceContext, classes: number): A;
  /** Places for changes besides the gene's own; each must lead to a valid and different genome. */
  operators?(genome: G): readonly Site<G>[];
}

/** Types a space by its gene. */
export function defineSpace<G extends Json, A>(space: SearchSpace<G, A>): SearchSpace<G, A> {
  return space;
}

/** A space as strategies see it. */
export function genomeSpace<G extends Json, A>(space: SearchSpace<G, A>): GenomeSpace {
  return {
    sample: (rng) => space.gene.sample(rng),
    mutate: (genome, rng) => {
      const change = mutate(space, genome as G, rng);
      return { genome: change.value, mutations: [mutationOf(change)] };
    },
    cross: (a, b, rng) => space.gene.cross(a as G, b as G, rng),
    encode: (genome) => space.gene.encode(genome as G),
    hash: hashJson,
  };
}

/** One change at one site, picked by weight. */
function mutate<G extends Json, A>(space: SearchSpace<G, A>, genome: G, rng: Rng): Change<G> {
  const sites = [...space.gene.sites(genome), ...(space.operators?.(genome) ?? [])];
  if (sites.length === 0) {
    throw new UserError({
      subject: `search space ${space.name}`,
      problem: 'has a genome that cannot change',
      fix: 'give at least one gene two values, or search with the random strategy',
    });
  }
  return pickSite(sites, rng).change(rng);
}

/** Checks a genome that a user wrote; the message names the place inside it. */
export function parseGenome<G extends Json, A>(space: SearchSpace<G, A>, genome: Genome, subject: string): G {
  const [problem] = space.gene.problems(genome, []);
  if (problem === undefined) return genome as G;
  throw new UserError({ subject, problem, fix: `write a genome of the search space ${space.name}` });
}

function mutationOf({ kind, path, before, after }: Change): Mutation {
  return { kind, path: pointerOf(path), before, after };
}
