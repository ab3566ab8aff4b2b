/** All strategies by name, and how an experiment's choice becomes one. */
import { z } from 'zod';
import { UserError } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import type { GenomeSpace, Strategy } from '../strategy.js';
import { evolution } from './evolution.js';
import { hyperband } from './hyperband.js';
import { localSearch } from './local-search.js';
import type { StrategyChoice, StrategyMember } from './member.js';
import { nsga2 } from './nsga2.js';
import { predictor } from './predictor.js';
import { random } from './random.js';
import { successiveHalving } from './successive-halving.js';
import { startingWith } from './start.js';

export const strategies = {
  random,
  evolution,
  'local-search': localSearch,
  predictor,
  nsga2,
  'successive-halving': successiveHalving,
  hyperband,
} as const satisfies Record<string, StrategyMember>;

export type StrategyName = keyof typeof strategies;
export type { StrategyChoice };

/** Every strategy takes these besides its own options. */
const common = z.object({ start: z.array(z.json()).optional() });

/** `lookahead`: of the experiment; see the contract of strategies. */
export function createStrategy(
  { name, options = {} }: StrategyChoice,
  space: GenomeSpace,
  { lookahead = 1 }: { readonly lookahead?: number } = {},
): Strategy {
  if (!Object.hasOwn(strategies, name)) {
    throw new UserError({
      subject: 'strategy',
      problem: `"${name}" is not known`,
      fix: `choose one of ${Object.keys(strategies).join(', ')}`,
    });
  }
  const member = strategies[name as StrategyName] as StrategyMember;
  const { start, own } = split(options);
  const parsed = member.options.safeParse(own);
  if (!parsed.success) throw wrong(name, parsed.error.issues[0]);
  const create = (choice: StrategyChoice): Strategy => createStrategy(choice, space, { lookahead });
  const strategy = member.create(parsed.data, space, { lookahead, create });
  return start.length === 0 ? strategy : startingWith(strategy, start as readonly Json[]);
}

function split(options: unknown): { readonly start: readonly unknown[]; readonly own: unknown } {
  const parsed = common.safeParse(options);
  if (!parsed.success) throw wrong('', parsed.error.issues[0]);
  const { start, ...own } = options as { readonly start?: readonly unknown[] };
  return { start: start ?? [], own };
}

function wrong(name: string, issue: z.core.$ZodIssue | undefined): UserError {
  return new UserError({
    subject: ['strategy.options', ...(issue?.path ?? [])].join('.'),
    problem: issue?.message ?? 'is not valid',
    fix: name === '' ? 'give a list of genomes' : `see the options of the strategy ${name}`,
  });
}
