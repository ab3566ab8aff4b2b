/**
 * One training step as one graph: forward, gradients, clipping and the optimiser's update.
 *
 * The step's parameters are packed (`packing.ts`): small trainable ones with and without decay, and states. Every packed
 * vector is a parameter of the step's graph and is updated by it.
 */
import { sizeOf, type Shape } from '../core/tensor.js';
import { differentiate, gradientName } from '../autodiff/differentiate.js';
import { Builder } from '../ir/builder.js';
import type { Graph, ParameterSpec, Value } from '../ir/graph.js';
import { verify } from '../ir/verify.js';
import type { TrainingProgram } from './engine.js';
import { momentNames, updateGroup, type StepScalars } from './optimisers.js';
import { packingOf, type Packing } from './packing.js';
import { rateOf } from './rates.js';
import { averageOf, moved } from './running-averages.js';
import { copyInto } from './rewrite.js';

/** Names of the step's scalar inputs beside the task's own. */
export const SCALARS = ['step/rate', 'step/first', 'step/second'] as const;

/** Packing of a program's parameters; every group is a vector, empty groups are left out. */
export interface Groups {
  readonly weights: readonly WeightGroup[];
  /** Running statistics. */
  readonly states: Packing;
}

export interface WeightGroup {
  readonly name: string;
  readonly decay: boolean;
  /** Factor on the learning rate. */
  readonly rate: number;
  readonly packing: Packing;
}

/** Parameters of this many values or more are a vector each: cutting them out and joining them would cost more. */
const LARGE = 2 ** 15;

/** Of a program whose frozen parameters are states (`withFrozen`). */
export function groupsOf(program: Pick<TrainingProgram, 'train' | 'rates'>): Groups {
  const { parameters } = program.train;
  const trainable = parameters.filter((spec) => spec.trainable);
  const [large, small] = [true, false].map((wanted) =>
    trainable.filter(({ shape }) => sizeOf(shape) >= LARGE === wanted),
  ) as [ParameterSpec[], ParameterSpec[]];
  const rates = [...new Set([1, ...small.map(({ name }) => rateOf(program, name))])];
  const packed = rates.flatMap((rate) =>
    [true, false].map((decay) => ({
      name: `${decay ? 'weights/decayed' : 'weights/plain'}${rate === 1 ? '' : `/${rate}`}`,
      decay,
      rate,
      packing: packingOf(small.filter((spec) => spec.decay === decay && rateOf(program, spec.name) === rate)),
    })),
  );
  const alone = large.map((spec) => ({
    name: `weights/${spec.name}`,
    decay: spec.decay,
    rate: rateOf(program, spec.name),
    packing: packingOf([spec]),
  }));
  return {
    weights: [...packed.filter(({ packing }) => packing.size > 0), ...alone],
    states: packingOf(parameters.filter((spec) => !spec.trainable)),
  };
}

export const STATES = 'states';

export function momentName(moment: string, group: WeightGroup): string {
  return `${moment}/${group.name}`;
}

/** The step's graph: outputs are the train graph's, updates are the packed vectors. */
export function trainingGraph(program: TrainingProgram, groups: Groups): Graph {
  const graph = differentiate(program.train, 'loss');
  const b = new Builder();
  const packed = declarePacked(b, groups);
  const outputs = Object.entries(graph.outputs);
  const average = averageOf(graph, groups.states);
  const updates = average ? average.current.values() : Object.values(graph.updates);
  const wanted = [...outputs.map(([, id]) => id), ...updates];
  const copyOf = copyInto(b, graph, wanted, unpacker(b, groups, packed));

  const scalars = SCALARS.map((name) => b.input(name, [])) as unknown as StepScalars;
  const gradients = groups.weights.map(({ packing }) =>
    flatten(b, packing, (name) => copyOf(graph.outputs[gradientName(name)] ?? -1)),
  );
  const scale = program.clipNorm === undefined ? undefined : clipScale(b, gradients, program.clipNorm);
  groups.weights.forEach((group, i) => {
    const raw = gradients[i] as Value;
    const gradient = scale ? b.mul(raw, scale) : raw;
    const names = momentNames(program.optimiser).map((moment) => momentName(moment, group));
    const moments = names.map((name) => b.parameter(name, [group.packing.size], ZERO, { trainable: false }));
    const weights = packed(group.name);
    const updated = updateGroup(
      b,
      program.optimiser,
      { weights, gradient, moments, decay: group.decay, slots: group.packing.slots },
      scaled(b, scalars, group.rate),
    );
    b.update(group.name, updated.weights);
    names.forEach((name, k) => b.update(name, updated.moments[k] as Value));
  });
  if (average) {
    const current = flatten(b, groups.states, (name) => copyOf(average.current.get(name) ?? -1));
    b.update(STATES, moved(b, average, packed(STATES), current));
  } else if (groups.states.size > 0) {
    const next = (name: string): Value | undefined => {
      const id = graph.updates[name];
      return id === undefined ? undefined : copyOf(id);
    };
    b.update(
      STATES,
      flatten(b, groups.states, (name) => next(name) ?? unpacker(b, groups, packed)(name)),
    );
  }
  for (const name of Object.keys(program.train.outputs)) b.output(name, copyOf(graph.outputs[name] ?? -1));
  return verify(b.build());
}

/** The evaluate graph, reading packed parameters. */
export function evaluationGraph(program: TrainingProgram, groups: Groups): Graph {
  const b = new Builder();
  const packed = declarePacked(b, groups);
  const outputs = Object.entries(program.evaluate.outputs);
  const copyOf = copyInto(
    b,
    program.evaluate,
    outputs.map(([, id]) => id),
    unpacker(b, groups, packed),
  );
  for (const [name, id] of outputs) b.output(name, copyOf(id));
  return verify(b.build());
}

/** A step's scalars at a share of its rate; the correction of the second moment is none. */
function scaled(b: Builder, scalars: StepScalars, factor: number): StepScalars {
  if (factor === 1) return scalars;
  const [rate, first, second] = scalars;
  return [b.mul(rate, b.scalar(factor)), b.mul(first, b.scalar(factor)), second];
}

const ZERO = { kind: 'constant', value: 0 } as const;

/** Declares the packed vectors that hold weights and states. */
function declarePacked(b: Builder, groups: Groups): (name: string) => Value {
  const vectors = new Map<string, Value>();
  const declare = (name: string, size: number): void => {
    vectors.set(name, b.parameter(name, [size], ZERO, { trainable: false }));
  };
  for (const { name, packing } of groups.weights) declare(name, packing.size);
  if (groups.states.size > 0) declare(STATES, groups.states.size);
  return (name) => vectors.get(name) as Value;
}

/** Cuts a parameter out of its vector. */
function unpacker(b: Builder, groups: Groups, packed: (name: string) => Value): (name: string) => Value {
  const places = new Map<string, readonly [vector: string, offset: number, shape: Shape]>();
  const list = (vector: string, packing: Packing): void => {
    for (const { name, offset, shape } of packing.slots) places.set(name, [vector, offset, shape]);
  };
  for (const { name, packing } of groups.weights) list(name, packing);
  list(STATES, groups.states);
  return (name) => {
    const place = places.get(name);
    if (!place) throw new Error(`the train graph has no parameter ${name}`);
    const [vector, offset, shape] = place;
    return b.reshape(b.slice(packed(vector), [offset], [offset + sizeOf(shape)]), shape);
  };
}

function flatten(b: Builder, packing: Packing, valueOf: (name: string) => Value): Value {
  const parts = packing.slots.map(({ name }) => b.reshape(valueOf(name), [-1]));
  return parts.length === 1 ? (parts[0] as Value) : b.concat(parts, 0);
}

/** min(1, limit / (‖g‖ + 1e-6)) over all groups, as `torch.nn.utils.clip_grad_norm_`. */
function clipScale(b: Builder, gradients: readonly Value[], limit: number): Value {
  const total = gradients.map((g) => b.reduceSum(b.square(g), [0])).reduce((sum, part) => b.add(sum, part));
  return b.minimum(b.div(b.scalar(limit), b.add(b.sqrt(total), b.scalar(1e-6))), b.scalar(1));
}
