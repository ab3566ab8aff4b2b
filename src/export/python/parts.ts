/**
 * Parts of a class of exported code, for each kind of layer that becomes one: its modules in the order of
 * construction, and the way of `forward` through them.
 */
import { present, unreachable } from '../../core/errors.js';
import type { Layer, LayerOf } from '../../nn/architecture.js';
import { bodyOf, isPositional, submodulesOf, walk, bodyIsInlined } from '../../nn/modules.js';
import type { ModuleTerm, Term } from './terms.js';
import {
  torchActivation,
  torchBatchNorm,
  torchConv,
  torchGlobalPool,
  torchGroupNorm,
  torchLinear,
  torchNamedSequential,
  torchPool,
  torchScalar,
  torchSequential,
} from './torch-modules.js';

export interface Parts {
  /** Name of the class in the tree. */
  readonly type: string;
  /** Instances with equal keys can share a class. */
  readonly key: string;
  readonly summary: string;
  /** Modules in the order of construction; `calls` constructs the classes among them. */
  readonly modules: readonly {
    readonly name: string;
    readonly term: (calls: ReadonlyMap<Layer, Term>) => Term;
  }[];
  readonly forward: Forward;
  /** Channel counts that have names of their own. */
  readonly channels: Readonly<Record<string, number>>;
}

/** Use of the modules in `forward`, by their names. */
export interface Forward {
  readonly form: 'sequence' | 'residual' | 'squeezeExcite' | 'scale' | 'cell';
  /** Modules that are applied one after another; those of a residual's body. */
  readonly body: readonly string[];
  /** Module that a residual applies to the sum. */
  readonly activation?: string;
  /** Edges of a cell: the module that leads from one node to another. */
  readonly edges?: readonly { readonly name: string; readonly from: number; readonly to: number }[];
}

/** Parts of a layer's class; undefined for layers that need none. `type` overrides the layer's own. */
export function partsOf(layer: Layer, type?: string): Parts | undefined {
  switch (layer.kind) {
    case 'sequence':
      return type === undefined && layer.type === undefined ? undefined : sequenceParts(layer, type);
    case 'residual':
      return residualParts(layer, type);
    case 'squeezeExcite':
      return squeezeExciteParts(layer);
    case 'scale':
      return scaleParts();
    case 'cell':
      return cellParts(layer, type);
    default:
      return undefined;
  }
}

function sequenceParts(layer: LayerOf<'sequence'>, type = layer.type ?? 'Sequence'): Parts {
  return {
    type,
    key: `${type} sequence ${isPositional(layer)}`,
    summary: layer.summary ?? 'Layers one after another.',
    modules: layer.children.map(({ name, layer: child }) => ({
      name,
      term: (calls) => termOf(child, calls),
    })),
    forward: { form: 'sequence', body: layer.children.map(({ name }) => name) },
    channels: endsOf(layer),
  };
}

function residualParts(layer: LayerOf<'residual'>, type = layer.type ?? 'Residual'): Parts {
  const inner = submodulesOf(layer);
  const activation = layer.activation === 'identity' ? undefined : freeName('act', inner);
  return {
    type,
    key: `${type} residual ${bodyIsInlined(layer)} ${activation ?? ''}`,
    summary: layer.summary ?? 'Adds a shortcut to what its body computes.',
    modules: [
      ...inner.map(({ name, layer: child }) => ({
        name,
        term: (calls: ReadonlyMap<Layer, Term>) => termOf(child, calls),
      })),
      ...(activation === undefined
        ? []
        : [{ name: activation, term: () => torchActivation(layer.activation) }]),
    ],
    forward: {
      form: 'residual',
      body: bodyOf(layer).map(({ name }) => name),
      ...(activation === undefined ? {} : { activation }),
    },
    channels: endsOf(layer.body),
  };
}

function squeezeExciteParts(layer: LayerOf<'squeezeExcite'>): Parts {
  const [reduce, expand] = submodulesOf(layer).map((module) => module.layer);
  return {
    type: 'SqueezeExcite',
    key: 'SqueezeExcite',
    summary: 'Squeeze and excitation (Hu et al. 2018): gates channels by their global context.',
    modules: [
      { name: 'reduce', term: (calls) => termOf(present(reduce, 'reduce'), calls) },
      { name: 'act', term: () => torchActivation(layer.activation) },
      { name: 'expand', term: (calls) => termOf(present(expand, 'expand'), calls) },
      { name: 'gate', term: () => torchActivation(layer.gate) },
    ],
    forward: { form: 'squeezeExcite', body: [] },
    channels: { channels: layer.channels, reduced_channels: layer.reduced },
  };
}

function scaleParts(): Parts {
  return {
    type: 'Scale',
    key: 'Scale',
    summary: 'Multiplies by one learned number, at first zero (ReZero; Bachlechner et al. 2021).',
    modules: [{ name: 'weight', term: () => torchScalar() }],
    forward: { form: 'scale', body: [] },
    channels: {},
  };
}

function cellParts(layer: LayerOf<'cell'>, type = layer.type ?? 'Cell'): Parts {
  const edges = layer.edges.map(({ name, from, to }) => ({ name, from, to }));
  return {
    type,
    key: `${type} cell ${edges.map(({ name, from, to }) => `${from}-${name}-${to}`).join(' ')}`,
    summary: layer.summary ?? 'Layers along the edges of a graph, summed where they meet.',
    modules: layer.edges.map(({ name, layer: child }) => ({
      name,
      term: (calls) => termOf(child, calls),
    })),
    forward: { form: 'cell', body: edges.map(({ name }) => name), edges },
    channels: endsOf(layer),
  };
}

/** Term that constructs a layer: a module of PyTorch, or a call of a class that was derived before. */
function termOf(layer: Layer, calls: ReadonlyMap<Layer, Term>): Term {
  const derived = calls.get(layer);
  if (derived) return derived;
  switch (layer.kind) {
    case 'conv':
      return torchConv(layer);
    case 'linear':
      return torchLinear(layer);
    case 'batchNorm':
      return torchBatchNorm(layer);
    case 'groupNorm':
      return torchGroupNorm(layer);
    case 'activation':
      return torchActivation(layer.function);
    case 'maxPool':
    case 'avgPool':
      return torchPool(layer);
    case 'globalPool':
      return torchGlobalPool();
    case 'sequence':
      return sequentialOf(layer, calls);
    case 'residual':
    case 'squeezeExcite':
    case 'scale':
    case 'cell':
      throw new Error(`a ${layer.kind} layer has no class yet`);
    default:
      return unreachable(layer);
  }
}

function sequentialOf(layer: LayerOf<'sequence'>, calls: ReadonlyMap<Layer, Term>): ModuleTerm {
  const named = layer.children.map(({ name, layer: child }) => ({ name, value: termOf(child, calls) }));
  return isPositional(layer) ? torchSequential(named.map(({ value }) => value)) : torchNamedSequential(named);
}

/** Channels that enter and leave a layer: those of the first and the last convolution, linear layer or norm in it. */
function endsOf(layer: Layer): Readonly<Record<string, number>> {
  const ends = [...walk(layer)].flatMap(({ layer: one }): readonly (readonly [number, number])[] => {
    switch (one.kind) {
      case 'conv':
        return [[one.inChannels, one.outChannels]];
      case 'linear':
        return [[one.inFeatures, one.outFeatures]];
      case 'batchNorm':
      case 'groupNorm':
        return [[one.channels, one.channels]];
      default:
        return [];
    }
  });
  const [first, last] = [ends[0], ends.at(-1)];
  return first && last ? { in_channels: first[0], out_channels: last[1] } : {};
}

function freeName(name: string, taken: readonly { readonly name: string }[]): string {
  return taken.some((other) => other.name === name) ? `final_${name}` : name;
}
