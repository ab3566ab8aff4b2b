/**
 * A search space and a proxy task of the user's own tried before anything is trained: does the one build networks, and does
 * the other give, for one batch, what its plan says?
 *
 * Mistakes that are found here would otherwise be found by the first candidate, after the scans were read and the database
 * was written, or never: a label beyond the classes trains in silence.
 */
import { UserError } from '../core/errors.js';
import { rngOf, type Rng } from '../core/random.js';
import { sameShape, sizeOf, type AnyTensor } from '../core/tensor.js';
import type { Graph } from '../ir/graph.js';
import type { Architecture } from '../nn/architecture.js';
import { infeasibility } from '../nn/shapes.js';
import { makeBatch, type Batch } from '../pretrain/batches.js';
import { taskGraph } from '../pretrain/program.js';
import type { ScanSet } from '../scans/sampling/scan-set.js';
import { pythonFiles } from '../tasks/python-files.js';
import type { TaskPlan } from '../tasks/task.js';
import { isPath } from './plugins/index.js';
import type { PlannedExperiment } from './resolve.js';
import { spaceNameOf, taskNameOf } from './references.js';

/** Times that a batch is made again: a few labels drawn elsewhere may agree by chance. */
const REPEATS = 3;
/** Genomes drawn in search of one that fits the task's input. */
const DRAWS = 100;

/** Throws a `UserError` where a file of the user's breaks its contract. What comes with voxolve is tested already. */
export function tryOwn(resolved: PlannedExperiment, set: ScanSet): void {
  const name = taskNameOf(resolved.experiment.proxyTask);
  const ownTask = isPath(name);
  if (!ownTask && !isPath(spaceNameOf(resolved.experiment.space))) return;
  const architecture = fittingArchitecture(resolved, rngOf(resolved.experiment.seed, 'try'));
  if (ownTask) tryTask(name, resolved, set, architecture);
}

function tryTask(
  name: string,
  { experiment, plan }: PlannedExperiment,
  set: ScanSet,
  architecture: Architecture | undefined,
): void {
  const broken = (problem: string): UserError =>
    new UserError({
      subject: name,
      problem,
      fix: 'correct it; docs/adding-a-proxy-task.md states the contract',
    });
  const python = plan.pytorch?.();
  if (python !== undefined) pythonFiles(name, python);
  const batchOf = (split: 'train' | 'validation'): Batch =>
    makeBatch({ set, plan, size: experiment.training.batch, split, rng: rngOf(experiment.seed, 'try') }, 0);
  const batch = batchOf('train');
  for (const problem of batchProblems(plan, batch)) throw broken(problem);
  const repeated = Array.from({ length: REPEATS }, () => batchOf('train'));
  const differing = plan.inputs.find(({ name: input }) =>
    repeated.some((again) => !sameValues(batch[input], again[input])),
  );
  if (differing !== undefined) {
    throw broken(
      `prepare gives other values of "${differing.name}" for an equal generator; draw from the one that is handed in, and from nothing else`,
    );
  }
  if (architecture === undefined) return;
  const graph = taskGraph(architecture, plan, true, experiment.training.labelSmoothing);
  for (const problem of lossProblems(plan, graph)) throw broken(problem);
  for (const tried of [batch, batchOf('validation')]) {
    for (const problem of labelProblems(plan, graph, tried)) throw broken(problem);
  }
}

function fittingArchitecture(resolved: PlannedExperiment, rng: Rng): Architecture | undefined {
  const { space, plan } = resolved;
  const inputs = [plan.encoderInput, ...(plan.furtherEncoderInputs ?? [])];
  for (let draw = 0; draw < DRAWS; draw++) {
    const built = resolved.architecture(space.gene.sample(rng.split('genome', draw)));
    if (inputs.every((input) => infeasibility(built, input) === null)) return built;
  }
  return undefined;
}

function batchProblems({ inputs }: TaskPlan, batch: Batch): string[] {
  const names = inputs.map(({ name }) => name);
  const given = Object.keys(batch);
  if ([...given].sort().join('\n') !== [...names].sort().join('\n')) {
    return [`prepare gives ${listed(given)}, but "inputs" lists ${listed(names)}`];
  }
  return inputs.flatMap(({ name, shape, dtype }) => {
    const value = batch[name] as Partial<AnyTensor> | undefined;
    if (!Array.isArray(value?.shape) || !ArrayBuffer.isView(value.data)) {
      return [`prepare gives "${name}" as something else than a tensor; make it with tensor or intTensor`];
    }
    if (!sameShape(value.shape, shape) || value.data.length !== sizeOf(shape)) {
      const found = `[${value.shape.join(', ')}] of ${value.data.length} values`;
      return [`prepare gives "${name}" as ${found}, but "inputs" says [${shape.join(', ')}]`];
    }
    const whole = value.data instanceof Int32Array;
    if (whole !== (dtype === 'i64')) {
      const [made, wanted] = whole ? ['intTensor', 'tensor'] : ['tensor', 'intTensor'];
      return [`prepare makes "${name}" with ${made}, but "inputs" says ${dtype}, which ${wanted} makes`];
    }
    const bad = value.data.findIndex((one) => !Number.isFinite(one));
    return bad < 0
      ? []
      : [`prepare gives "${name}" the value ${value.data[bad]} at ${bad}; values must be finite`];
  });
}

function sameValues(a: AnyTensor | undefined, b: AnyTensor | undefined): boolean {
  if (a === undefined || b === undefined || a.data.length !== b.data.length) return false;
  return a.data.every((value, i) => value === b.data[i]);
}

function lossProblems({ metric }: TaskPlan, { nodes, outputs }: Graph): string[] {
  const names = Object.keys(outputs).filter((name) => name !== 'loss');
  if (!names.includes(metric)) {
    return [`"metric" is "${metric}", but loss reports ${listed(names)}`];
  }
  return ['loss', metric].flatMap((name) => {
    const node = nodes.find(({ id }) => id === outputs[name]);
    return node === undefined || sizeOf(node.shape) === 1
      ? []
      : [`loss gives ${name} of the shape [${node.shape.join(', ')}]; it must be a single number`];
  });
}

/** Labels beyond the classes that the graph knows, or that `questions` promises. */
function labelProblems(plan: TaskPlan, graph: Graph, batch: Batch): string[] {
  const { questions } = plan;
  const limits = [
    ...classesIn(graph),
    ...(questions === undefined ? [] : [{ name: questions.answers, classes: questions.classes }]),
  ];
  return limits.flatMap(({ name, classes }) => {
    const { data } = batch[name] ?? { data: [] };
    const bad = data.findIndex((label) => label < 0 || label >= classes);
    return bad < 0
      ? []
      : [
          `prepare gives "${name}" the label ${data[bad]}, but there are ${classes} classes, 0 to ${classes - 1}`,
        ];
  });
}

/** Inputs of integers that are used as places among so many. */
function classesIn({ nodes }: Graph): readonly { readonly name: string; readonly classes: number }[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const inputOf = (id: number | undefined): string | undefined => {
    const node = id === undefined ? undefined : byId.get(id);
    if (node?.op === 'input') return (node.attributes as { readonly name: string }).name;
    // Ops that only move values about leave them in their range.
    return node?.op === 'reshape' || node?.op === 'transpose' || node?.op === 'broadcastTo'
      ? inputOf(node.inputs[0])
      : undefined;
  };
  return nodes.flatMap((node) => {
    const [place, classes] =
      node.op === 'oneHot'
        ? [node.inputs[0], (node.attributes as { readonly depth: number }).depth]
        : node.op === 'gather'
          ? [node.inputs[1], gathered(byId.get(node.inputs[0] ?? -1)?.shape, node.attributes)]
          : [undefined, undefined];
    const name = inputOf(place);
    return name === undefined || classes === undefined ? [] : [{ name, classes }];
  });
}

function gathered(shape: readonly number[] | undefined, attributes: object): number | undefined {
  return shape?.[(attributes as { readonly axis: number }).axis];
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.map((name) => `"${name}"`).join(', ');
}
