/**
 * A downstream head of the user's own: what it exports is one, its plan is whole, and its mistakes are told as its
 * author's.
 */
import { z } from 'zod';
import { parseOrThrow } from '../../core/validate.js';
import type { Head, HeadPlan } from '../../downstream/head.js';
import { TARGET_KINDS } from '../../downstream/targets.js';
import { guarded, type OwnFile } from './blame.js';
import { requireMembers } from './members.js';

const run = z.custom<unknown>((value) => typeof value === 'function', { error: 'a function' });
const Kind = z.looseObject({ targets: z.enum(TARGET_KINDS) });
const Plan = z.looseObject({
  inputs: run,
  feeds: run,
  loss: run,
  predict: run,
  metric: z.string().min(1),
  chance: z.number(),
});

export function ownHead(own: OwnFile, exported: unknown): Head {
  requireMembers(own, exported, { name: 'string', targets: 'string', options: 'object', plan: 'function' });
  parseOrThrow(Kind, exported, own.path);
  const head = exported as Head;
  return {
    ...head,
    plan: (options, context) => {
      const plan = guarded(own, 'plan', head.plan.bind(head))(options, context);
      parseOrThrow(Plan, plan, `${own.path}: plan`);
      return guardedPlan(own, plan);
    },
  };
}

function guardedPlan(own: OwnFile, plan: HeadPlan): HeadPlan {
  return {
    ...plan,
    inputs: guarded(own, 'inputs', plan.inputs.bind(plan)),
    feeds: guarded(own, 'feeds', plan.feeds.bind(plan)),
    loss: guarded(own, 'loss', plan.loss.bind(plan)),
    predict: guarded(own, 'predict', plan.predict.bind(plan)),
  };
}
