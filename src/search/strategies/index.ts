/** All strategies by name, and how an experiment's choice becomes one. */
import { z } from 'zod';
import type { Genome } from '../../core/records.js';
import { UserError } from '../../core/errors.js';
import { didYouMean } from '../../core/nearest.js';
import type { Json } from '../../core/json.js';
import { parseOrThrow } from '../../core/validate.js';
import { checked, repeatable } from '../checked.js';
import type { GenomeSpace, Strategy } from '../strategy.js';
import type { Trace } from '../trace.js';
import { evolution } from './evolution.js';
import { hyperband } from './hyperband.js';
import { localSearch } from './local-search.js';
import type { StrategyChoice, StrategyMember } from './member.js';
import { nsga2 } from './nsga2.js';
import { predictor } from './predictor.js';
import type { ZeroCostScores } from '../zero-cost.js';
import { PrescreenOptions, prescreening } from './prescreen.js';
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
export { agreements, type Agreement } from './prescreen.js';
export type { StrategyChoice };

/** Every strategy takes these besides its own options. */
export const CommonOptions = z.object({
  start: z
    .array(z.json())
    .optional()
    .describe('the first candidates: genomes, names of networks, or { "database": "earlier.db", "best": 5 }'),
  prescreen: PrescreenOptions.optional().describe(
    'of several proposals, the one that a zero-cost score likes best is trained',
  ),
});

/** Strategies of a user's own, and the check of what they propose. */
export interface OwnStrategies {
  /** By path. */
  readonly members: Readonly<Record<string, StrategyMember>>;
  /** Problem of a genome; null where it is one of the space's. */
  readonly problem: (genome: Genome) => string | null;
}

export interface StrategySetting {
  /** The experiment's; see the contract of strategies. */
  readonly lookahead?: number;
  /** Scores that a prescreen chooses by. */
  readonly zeroCost?: ZeroCostScores;
  readonly own?: OwnStrategies;
  /** Hears what the strategy does while it is asked; the same decisions result. */
  readonly trace?: Trace;
}

export function createStrategy(
  choice: StrategyChoice,
  space: GenomeSpace,
  setting: StrategySetting = {},
): Strategy {
  const strategy = make(choice, space, setting);
  const [file] = Object.keys(setting.own?.members ?? {});
  // A trace would hear everything twice; what is explained was decided, and checked, before.
  return file === undefined || setting.trace !== undefined ? strategy : repeatable(strategy, file);
}

function make(
  { name, options = {} }: StrategyChoice,
  space: GenomeSpace,
  { lookahead = 1, zeroCost, own, trace }: StrategySetting,
): Strategy {
  const ofUser = own !== undefined && Object.hasOwn(own.members, name) ? own.members[name] : undefined;
  const member = ofUser ?? builtIn(name);
  const { start, prescreen, rest } = split(options);
  const parsed = parseOrThrow(member.options, rest, `options of strategy ${member.name}`);
  const traced = trace === undefined ? {} : { trace };
  const create = (choice: StrategyChoice): Strategy =>
    make(choice, space, { lookahead, ...(own === undefined ? {} : { own }), ...traced });
  const made = member.create(parsed, space, { lookahead, create, ...traced });
  const plain =
    ofUser === undefined || own === undefined
      ? made
      : checked(made, { subject: name, lookahead, problem: own.problem });
  const strategy = prescreen === undefined ? plain : screened(plain, prescreen, zeroCost, trace);
  return start.length === 0 ? strategy : startingWith(strategy, start as readonly Json[], trace);
}

function builtIn(name: string): StrategyMember {
  if (Object.hasOwn(strategies, name)) return strategies[name as StrategyName];
  const names = Object.keys(strategies);
  throw new UserError({
    subject: 'strategy',
    problem: `"${name}" is none of ${names.join(', ')}`,
    fix:
      didYouMean(name, names) ??
      'use one of these, or the path of a file of your own such as "./my-strategy.ts"',
  });
}

function split(options: unknown): {
  readonly start: readonly unknown[];
  readonly prescreen: PrescreenOptions | undefined;
  readonly rest: unknown;
} {
  const parsed = parseOrThrow(CommonOptions, options, 'strategy.options');
  const { start, prescreen, ...rest } = options as Readonly<Record<string, unknown>>;
  void [start, prescreen];
  return { start: parsed.start ?? [], prescreen: parsed.prescreen, rest };
}

function screened(
  strategy: Strategy,
  options: PrescreenOptions,
  zeroCost: ZeroCostScores | undefined,
  trace: Trace | undefined,
): Strategy {
  const names = zeroCost?.names ?? [];
  if (zeroCost !== undefined && ['auto', ...names].includes(options.score)) {
    return prescreening(strategy, options, zeroCost, trace);
  }
  throw new UserError({
    subject: 'strategy.options.prescreen.score',
    problem: zeroCost === undefined ? 'has no networks to score here' : `"${options.score}" is not known`,
    fix: zeroCost === undefined ? 'leave prescreen out' : `choose one of auto, ${names.join(', ')}`,
  });
}
