/**
 * A search strategy of the user's own: what it exports is one, and its mistakes are told as its author's. Whether its
 * decisions keep the contract is checked as they are made (src/search/checked.ts).
 */
import type { Strategy } from '../../search/strategy.js';
import type { StrategyMember } from '../../search/strategies/member.js';
import { guarded, type OwnFile } from './blame.js';
import { requireMembers } from './members.js';

export function ownStrategy(own: OwnFile, exported: unknown): StrategyMember {
  requireMembers(own, exported, { name: 'string', options: 'object', create: 'function' });
  const member = exported as StrategyMember;
  return {
    ...member,
    create: (options, space, context) => {
      const made = guarded(own, 'create', member.create.bind(member))(options, space, context);
      requireMembers(
        own,
        made,
        { name: 'string', ask: 'function', tell: 'function' },
        'create gives something else than a strategy',
      );
      return guardedStrategy(own, made);
    },
  };
}

function guardedStrategy(own: OwnFile, strategy: Strategy): Strategy {
  const { needs } = strategy;
  return {
    ...strategy,
    ...(needs === undefined ? {} : { needs: guarded(own, 'needs', needs.bind(strategy)) }),
    ask: guarded(own, 'ask', strategy.ask.bind(strategy)),
    tell: guarded(own, 'tell', strategy.tell.bind(strategy)),
  };
}
