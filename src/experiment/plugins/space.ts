/**
 * A search space of the user's own: what it exports is one, and its mistakes are told as its author's.
 */
import { UserError } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import type { Architecture } from '../../nn/architecture.js';
import { checkArchitecture } from '../../nn/check.js';
import type { SearchSpace, SpaceContext } from '../../search/space.js';
import { guarded, type OwnFile } from './blame.js';
import { requireMembers } from './members.js';

export type ArchitectureSpace = SearchSpace<Json, Architecture>;

export function ownSpace(own: OwnFile, exported: unknown): ArchitectureSpace {
  requireMembers(own, exported, { name: 'string', gene: 'object', build: 'function' });
  const space = exported as ArchitectureSpace;
  if (typeof space.gene.sample !== 'function') {
    throw new UserError({
      subject: own.path,
      problem: 'its "gene" is not a gene',
      fix: 'make one with record, oneOf, ordered, int, float or listOf',
    });
  }
  const classify = space.classify?.bind(space);
  const operators = space.operators?.bind(space);
  const withOptions = space.withOptions?.bind(space);
  return {
    ...space,
    build: guarded(own, 'build', (genome: Json, context: SpaceContext) => {
      const built = space.build(genome, context);
      requireMembers(
        own,
        built,
        { name: 'string', encoder: 'object', features: 'number' },
        'build gives something else than an architecture',
      );
      checkArchitecture(built);
      return built;
    }),
    ...(classify === undefined ? {} : { classify: guarded(own, 'classify', classify) }),
    ...(operators === undefined ? {} : { operators: guarded(own, 'operators', operators) }),
    ...(withOptions === undefined
      ? {}
      : {
          withOptions: (options) => ownSpace(own, guarded(own, 'withOptions', withOptions)(options)),
        }),
  };
}
