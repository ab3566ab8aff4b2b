/** All strategies by name, and how an experiment's choice becomes one. */
import { UserError } from '../../core/errors.js';
import type { GenomeSpace, Strategy } from '../strategy.js';
import { evolution } from './evolution.js';
import type { StrategyMember } from './member.js';
import { random } from './random.js';

export const strategies = { random, evolution } as const satisfies Record<string, StrategyMember>;

export type StrategyName = keyof typeof strategies;

export interface StrategyChoice {
  readonly name: string;
  /** Checked by the strategy's own schema; absent means its defaults. */
  readonly options?: unknown;
}

export function createStrategy({ name, options = {} }: StrategyChoice, space: GenomeSpace): Strategy {
  if (!Object.hasOwn(strategies, name)) {
    throw new UserError({
      subject: 'strategy',
      problem: `"${name}" is not known`,
      fix: `choose one of ${Object.keys(strategies).join(', ')}`,
    });
  }
  const member = strategies[name as StrategyName] as StrategyMember;
  const parsed = member.options.safeParse(options);
  if (parsed.success) return member.create(parsed.data, space);
  const [issue] = parsed.error.issues;
  throw new UserError({
    subject: ['strategy.options', ...(issue?.path ?? [])].join('.'),
    problem: issue?.message ?? 'is not valid',
    fix: `see the options of the strategy ${name}`,
  });
}
