/**
 * A search strategy of the user's own: its export is checked to be one, and its mistakes are told as its author's. Its
 * decisions are held against the contract as they are made (src/search/checked.ts).
 */
import { UserError } from '../../core/errors.js';
import type { SelectiveStrategy, SequentialStrategy, Strategy } from '../../search/strategy.js';
import type { StrategyMember } from '../../search/strategies/member.js';
import { guarded, type OwnFile } from './blame.js';
import { requireMembers } from './members.js';

export function ownStrategy(own: OwnFile, exported: unknown): StrategyMember {
  requireMembers(own, exported, { name: 'string', options: 'object', create: 'function' });
  const member = exported as StrategyMember;
  return {
    ...member,
    create: (options, space, context) =>
      guardedStrategy(own, guarded(own, 'create', member.create.bind(member))(options, space, context)),
  };
}

/** Methods are bound, since a strategy may be an object of a class. */
function guardedStrategy(own: OwnFile, made: Strategy): Strategy {
  const members = { name: 'string', ask: 'function' } as const;
  const claim = 'create gives something else than a strategy';
  requireMembers(own, made, members, claim);
  const { name, rungs } = made;
  const common = { name, ...(rungs === undefined ? {} : { rungs }) };
  if (kindOf(own, made) === 'sequential') {
    requireMembers(own, made, { ...members, tell: 'function' }, claim);
    const strategy = made as SequentialStrategy;
    const ask = guarded(own, 'ask', strategy.ask.bind(strategy));
    return { ...common, kind: 'sequential', ask, tell: guarded(own, 'tell', strategy.tell.bind(strategy)) };
  }
  requireMembers(own, made, { ...members, needs: 'function' }, claim);
  const strategy = made as SelectiveStrategy;
  const ask = guarded(own, 'ask', strategy.ask.bind(strategy));
  return { ...common, kind: 'selective', ask, needs: guarded(own, 'needs', strategy.needs.bind(strategy)) };
}

/** Strategies for voxolve 0.3 name no kind: those with `needs` are selective. */
function kindOf(own: OwnFile, made: { readonly kind?: unknown; readonly needs?: unknown }): Strategy['kind'] {
  const { kind = made.needs === undefined ? 'sequential' : 'selective' } = made;
  if (kind === 'sequential' || kind === 'selective') return kind;
  throw new UserError({
    subject: own.path,
    problem: `create gives a strategy of the kind ${JSON.stringify(kind)}`,
    fix: 'name its "kind": sequential (with tell) or selective (with needs); docs/adding-a-strategy.md shows both',
  });
}
