/**
 * A proxy task of the user's own: what it exports is one, its plan is whole, and its mistakes are told as its author's.
 * Its batches are tried on scans (`try-own.ts`).
 */
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { parseOrThrow } from '../../core/validate.js';
import {
  isPythonTask,
  type ProxyTask,
  type PythonFile,
  type PythonSource,
  type TaskPlan,
} from '../../tasks/task.js';
import { guarded, type OwnFile } from './blame.js';
import { requireMembers } from './members.js';

const extent = z.int().positive();
const run = z.custom<unknown>((value) => typeof value === 'function', { error: 'a function' });
const encoderInput = z.tuple([extent, extent, extent, extent, extent], {
  error: 'five whole numbers [M, C, D, H, W]',
});

/** Members that TypeScript would have checked in a file that is type-checked. */
const Plan = z.looseObject({
  crop: z.tuple([extent, extent, extent], { error: 'three whole numbers [D, H, W]' }),
  foreground: z.number().min(0).max(1),
  inputs: z
    .array(
      z.looseObject({
        name: z.string().min(1),
        shape: z.array(extent),
        dtype: z.enum(['f32', 'i64']),
      }),
    )
    .min(1),
  encoderInput,
  furtherEncoderInputs: z.array(encoderInput).optional(),
  metric: z.string().min(1),
  chance: z.number(),
  worst: z.number(),
  accepts: run.optional(),
  prepare: run,
  loss: run,
  pytorch: run.optional(),
});

export function ownTask(own: OwnFile, exported: unknown): ProxyTask {
  requireMembers(own, exported, { name: 'string', options: 'object', plan: 'function' });
  const task = exported as ProxyTask;
  return {
    ...task,
    plan: (options, context) => {
      const plan = guarded(own, 'plan', task.plan.bind(task))(options, context);
      parseOrThrow(Plan, plan, `${own.path}: plan`);
      return guardedPlan(own, plan);
    },
  };
}

/** `pytorch` whose files `./NAME.py` are found next to the user's own. */
function located(own: OwnFile, pytorch: () => PythonSource): () => PythonSource {
  return () => {
    const source = pytorch();
    if (!isPythonTask(source)) return source;
    const [first, ...others] = source.files;
    const place = (file: PythonFile): PythonFile =>
      typeof file === 'string' && /^\.{1,2}\//.test(file) ? new URL(file, pathToFileURL(own.path)) : file;
    return { ...source, files: [place(first), ...others.map(place)] };
  };
}

function guardedPlan(own: OwnFile, plan: TaskPlan): TaskPlan {
  const accepts = plan.accepts?.bind(plan);
  const pytorch = plan.pytorch?.bind(plan);
  return {
    ...plan,
    ...(accepts === undefined ? {} : { accepts: guarded(own, 'accepts', accepts) }),
    prepare: guarded(own, 'prepare', plan.prepare.bind(plan)),
    loss: guarded(own, 'loss', plan.loss.bind(plan)),
    ...(pytorch === undefined ? {} : { pytorch: located(own, guarded(own, 'pytorch', pytorch)) }),
  };
}
