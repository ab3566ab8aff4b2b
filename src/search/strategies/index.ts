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
import { PrescreenOptions, prescreening, type ZeroCost } from './prescreen.js';
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
export { agreements, PrescreenOptions, type Agreement, type ZeroCost } from './prescreen.js';
export type { StrategyChoice };

/** Every strategy takes these besides its own options. */
const common = z.object({
  start: z.array(z.json()).optional(),
  prescreen: PrescreenOptions.optional(),
});

/** `lookahead`: of the experiment; see the contract of strategies. `zeroCost`: what a prescreen chooses by. */
export function createStrategy(
  { name, options = {} }: StrategyChoice,
  space: GenomeSpace,
  { lookahead = 1, zeroCost }: { readonly lookahead?: number; readonly zeroCost?: ZeroCost } = {},
): Strategy {
  if (!Object.hasOwn(strategies, name)) {
    throw new UserError({
      subject: 'strategy',
      problem: `"${name}" is not known`,
      fix: `choose one of ${Object.keys(strategies).join(', ')}`,
    });
  }
  const member = strategies[name as StrategyName] as StrategyMember;
  const { start, prescreen, own } = split(options);
  const parsed = member.options.safeParse(own);
  if (!parsed.success) throw wrong(name, parsed.error.issues[0]);
  const create = (choice: StrategyChoice): Strategy => createStrategy(choice, space, { lookahead });
  const plain = member.create(parsed.data, space, { lookahead, create });
  const strategy = prescreen === undefined ? plain : screened(plain, prescreen, zeroCost);
  return start.length === 0 ? strategy : startingWith(strategy, start as readonly Json[]);
}

function split(options: unknown): {
  readonly start: readonly unknown[];
  readonly prescreen: PrescreenOptions | undefined;
  readonly own: unknown;
} {
  const parsed = common.safeParse(options);
  if (!parsed.success) throw wrong('', parsed.error.issues[0]);
  const { start, prescreen, ...own } = options as Readonly<Record<string, unknown>>;
  void [start, prescreen];
  return { start: parsed.data.start ?? [], prescreen: parsed.data.prescreen, own };
}

function screened(strategy: Strategy, options: PrescreenOptions, zeroCost: ZeroCost | undefined): Strategy {
  const names = zeroCost?.names ?? [];
  if (zeroCost !== undefined && ['auto', ...names].includes(options.score)) {
    return prescreening(strategy, options, zeroCost);
  }
  throw new UserError({
    subject: 'strategy.options.prescreen.score',
    problem: zeroCost === undefined ? 'has no networks to score here' : `"${options.score}" is not known`,
    fix: zeroCost === undefined ? 'leave prescreen out' : `choose one of auto, ${names.join(', ')}`,
  });
}

function wrong(name: string, issue: z.core.$ZodIssue | undefined): UserError {
  return new UserError({
    subject: ['strategy.options', ...(issue?.path ?? [])].join('.'),
    problem: issue?.message ?? 'is not valid',
    fix: name === '' ? 'see docs/strategies.md' : `see the options of the strategy ${name}`,
  });
}
