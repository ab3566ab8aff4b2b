/**
 * Several tasks on one encoder: each has its own head, the encoder's parameters are shared, losses are added with
 * their weights. The score is the weighted mean of (score − chance) / (1 − chance), so tasks of different difficulty
 * are comparable and chance is 0.
 *
 * All tasks of a batch are asked about the same crops: of a crop as large as the largest, each takes a random part.
 */
import { z } from 'zod';
import { present } from '../src/core/errors.js';
import type { Json } from '../src/core/json.js';
import type { AnyTensor, Triple } from '../src/core/tensor.js';
import { parseOrThrow } from '../src/core/validate.js';
import type { Value } from '../src/ir/graph.js';
import { fileName } from '../src/tasks/python-files.js';
import {
  defineTask,
  isPythonTask,
  type ClassQuestions,
  type ProxyTask,
  type PythonFile,
  type PythonTask,
  type TaskContext,
  type TaskPlan,
} from '../src/tasks/task.js';
import { between } from './shared/options.js';
import { cropWithin } from './shared/crop-within.js';

interface Part {
  readonly scope: string;
  /** This task's share of all weights. */
  readonly share: number;
  readonly plan: TaskPlan;
}

/** The task that combines `tasks`. */
export function multiTask(tasks: Readonly<Record<string, ProxyTask>>) {
  const names = Object.keys(tasks);
  const list = '1 to 8 tasks, each { "name", "options", "weight" }';
  const MultiOptions = z.strictObject({
    tasks: z
      .array(
        z.strictObject({
          name: z.enum(names as [string, ...string[]], { error: `one of ${names.join(', ')}` }),
          options: z.record(z.string(), z.json()).default({}),
          weight: between(0.001, 1000).default(1),
        }),
        { error: list },
      )
      .min(1, { error: list })
      .max(8, { error: list }),
  });

  function partsOf(options: z.output<typeof MultiOptions>, context: TaskContext): readonly Part[] {
    const total = options.tasks.reduce((sum, { weight }) => sum + weight, 0);
    return options.tasks.map(({ name, options: own, weight }, i) => {
      const task = present(tasks[name], `task ${name}`);
      const parsed = parseOrThrow(task.options, own, `options of proxy task ${name}`);
      const again = options.tasks.slice(0, i).filter((other) => other.name === name).length;
      const scope = again === 0 ? name : `${name}${again + 1}`;
      return { scope, share: weight / total, plan: task.plan(parsed, context) };
    });
  }

  return defineTask<z.output<typeof MultiOptions>>({
    name: 'multi',
    source: 'Doersch & Zisserman, Multi-task Self-Supervised Visual Learning, ICCV 2017',
    options: MultiOptions,
    plan: (options, context) => combine(partsOf(options, context), context),
  });
}

function combine(parts: readonly Part[], context: TaskContext): TaskPlan {
  const [first, ...others] = parts.map(({ plan }) => plan.encoderInput);
  const normalised = ({ plan }: Part, score: number): number => (score - plan.chance) / (1 - plan.chance);
  const side = (axis: 0 | 1 | 2): number => Math.max(...parts.map(({ plan }) => plan.crop[axis]));
  const crop: Triple = [side(0), side(1), side(2)];
  const foreground = Math.max(...parts.map(({ plan }) => plan.foreground));
  /** The first task that asks for classes. */
  const asking = parts.find(({ plan }) => plan.questions !== undefined);
  return {
    crop,
    foreground,
    accepts: (whole) =>
      parts.every(({ plan }) => plan.accepts?.(cropWithin(whole, plan.crop, null)) !== false),
    inputs: parts.flatMap(({ scope, plan }) =>
      plan.inputs.map((input) => ({ ...input, name: `${scope}.${input.name}` })),
    ),
    encoderInput: present(first, 'at least one task'),
    furtherEncoderInputs: others,
    ...(asking?.plan.questions === undefined
      ? {}
      : { questions: scoped(asking.plan.questions, asking.scope) }),
    metric: 'score',
    chance: 0,
    worst: parts.reduce((sum, part) => sum + part.share * normalised(part, part.plan.worst), 0),
    prepare: (crops, rng, mode) => {
      const entries = parts.flatMap(({ scope, plan }): [string, AnyTensor][] => {
        const draw = rng.split(scope);
        const own = crops.map((whole, i) => cropWithin(whole, plan.crop, draw.split('part', i)));
        return Object.entries(plan.prepare(own, draw, mode)).map(([name, value]) => [
          `${scope}.${name}`,
          value,
        ]);
      });
      return Object.fromEntries(entries);
    },
    loss: (builder, inputs, encode) => {
      const results = parts.map((part) => {
        const own = part.plan.inputs.map(({ name }): [string, Value] => [
          name,
          present(inputs[`${part.scope}.${name}`], `input ${part.scope}.${name}`),
        ]);
        const result = builder.within(`${part.scope}.`, () =>
          part.plan.loss(builder, Object.fromEntries(own), encode),
        );
        const score = present(result.metrics[part.plan.metric], part.plan.metric);
        const gain = builder.sub(score, builder.scalar(part.plan.chance));
        const scale = builder.scalar(part.share / (1 - part.plan.chance));
        return { part, result, score: builder.mul(gain, scale) };
      });
      const sum = (values: readonly Value[]): Value => values.reduce((a, b) => builder.add(a, b));
      const metrics = results.flatMap(({ part, result }) =>
        Object.entries(result.metrics).map(([name, value]): [string, Value] => [
          `${part.scope}.${name}`,
          value,
        ]),
      );
      const answer = results.find(({ part }) => part === asking)?.result.answer;
      return {
        loss: sum(results.map(({ part, result }) => builder.mul(result.loss, builder.scalar(part.share)))),
        metrics: { ...Object.fromEntries(metrics), score: sum(results.map(({ score }) => score)) },
        ...(answer === undefined ? {} : { answer }),
      };
    },
    ...(parts.some(({ plan }) => plan.pytorch === undefined)
      ? {}
      : { pytorch: () => pytorchOf(parts, { ...context, crop, foreground }) }),
  };
}

const scoped = (questions: ClassQuestions, scope: string): ClassQuestions => ({
  ...questions,
  shown: `${scope}.${questions.shown}`,
  answers: `${scope}.${questions.answers}`,
});

/** Each part keeps the module and the settings that it has by itself; `multi.py` makes and adds them up. */
function pytorchOf(parts: readonly Part[], settings: PythonTask['settings']): PythonTask {
  const files = new Set<PythonFile>();
  const entries = parts.map(({ scope, share, plan }): [string, Json] => {
    const python = plan.pytorch?.();
    if (python === undefined || !isPythonTask(python)) throw new Error(`${scope} has no files and settings`);
    for (const file of python.files) files.add(file);
    const module = fileName(python.files[0]).replace(/\.py$/, '');
    return [scope, { module, share, picky: plan.accepts !== undefined, settings: python.settings }];
  });
  return {
    files: ['proxy-tasks/multi.py', ...files],
    settings: { ...settings, parts: Object.fromEntries(entries) },
  };
}
