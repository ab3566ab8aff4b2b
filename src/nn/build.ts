/**
 * Builds the graph nodes of an architecture: walks the tree and names every parameter by its path of submodules.
 */
import { unreachable } from '../core/errors.js';
import type { Builder } from '../ir/builder.js';
import type { Value } from '../ir/graph.js';
import type { Activation, Architecture, Layer, LayerOf, Named } from './architecture.js';
import { checkArchitecture } from './check.js';
import { firstStageOf } from './first-stage.js';
import { bodyOf, joinPath, nodesOf, submodulesOf } from './modules.js';
import { parametersOf } from './parameters.js';

export interface BuildOptions {
  /** True to use batch statistics and update the running ones; otherwise the running statistics are used. */
  readonly training: boolean;
  /** Prefix of every parameter's name, including its dot: `encoder.`. */
  readonly prefix?: string;
}

/** Builds `[N, C, D, H, W]` → `[N, features, d, h, w]`. Throws a `UserError` if the tree is no valid architecture. */
export function buildEncoder(
  builder: Builder,
  architecture: Architecture,
  input: Value,
  options: BuildOptions,
): Value {
  checkArchitecture(architecture);
  const context = { builder, training: options.training, prefix: options.prefix ?? '' };
  return apply(context, architecture.encoder, input, '');
}

/** The features, and the map `[N, S, d, h, w]` that the encoder's first stage makes; undefined where it has one stage alone. */
export function buildWithFirstStage(
  builder: Builder,
  architecture: Architecture,
  input: Value,
  options: BuildOptions,
): { readonly features: Value; readonly first: Value | undefined } {
  checkArchitecture(architecture);
  const stages = firstStageOf(architecture);
  if (stages === undefined)
    return { features: buildEncoder(builder, architecture, input, options), first: undefined };
  const context = { builder, training: options.training, prefix: options.prefix ?? '' };
  const first = chain(context, stages.first, input, '');
  return { features: chain(context, stages.rest, first, ''), first };
}

interface Context {
  readonly builder: Builder;
  readonly training: boolean;
  readonly prefix: string;
}

function apply(context: Context, layer: Layer, x: Value, path: string): Value {
  const { builder } = context;
  switch (layer.kind) {
    case 'conv': {
      const { weight, bias } = parameters(context, layer, path);
      const { stride, padding, groups } = layer;
      const y = builder.conv(x, required(weight), { stride, padding, dilation: [1, 1, 1], groups });
      return bias ? builder.add(y, builder.reshape(bias, [1, layer.outChannels, 1, 1, 1])) : y;
    }
    case 'linear': {
      const { weight, bias } = parameters(context, layer, path);
      return builder.linear(x, required(weight), bias);
    }
    case 'batchNorm': {
      const held = parameters(context, layer, path);
      return builder.batchNorm(x, {
        gamma: required(held['weight']),
        beta: required(held['bias']),
        mean: required(held['running_mean']),
        variance: required(held['running_var']),
        epsilon: layer.epsilon,
        momentum: layer.momentum,
        training: context.training,
      });
    }
    case 'groupNorm': {
      const { weight, bias } = parameters(context, layer, path);
      const { groups, epsilon } = layer;
      return builder.groupNorm(x, groups, { gamma: required(weight), beta: required(bias), epsilon });
    }
    case 'activation':
      return activate(builder, layer.function, x);
    case 'maxPool':
      return builder.maxPool(x, { kernel: layer.kernel, stride: layer.stride, padding: layer.padding });
    case 'avgPool':
      return builder.avgPool(x, { kernel: layer.kernel, stride: layer.stride, padding: layer.padding });
    case 'globalPool':
      return builder.reduceMean(x, [2, 3, 4], false);
    case 'sequence':
      return chain(context, layer.children, x, path);
    case 'residual': {
      const body = chain(context, bodyOf(layer), x, path);
      const side = layer.shortcut ? apply(context, layer.shortcut, x, joinPath(path, 'shortcut')) : x;
      return activate(builder, layer.activation, builder.add(body, side));
    }
    case 'squeezeExcite':
      return squeezeExcite(context, layer, x, path);
    case 'scale': {
      const { weight } = parameters(context, layer, path);
      return builder.mul(x, required(weight));
    }
    case 'cell':
      return cell(context, layer, x, path);
    default:
      return unreachable(layer);
  }
}

function chain(context: Context, children: readonly Named[], x: Value, path: string): Value {
  return children.reduce((y, child) => apply(context, child.layer, y, joinPath(path, child.name)), x);
}

/** Builds a cell: every node is the sum of its incoming edges, in the order in which they are listed. */
function cell(context: Context, layer: LayerOf<'cell'>, x: Value, path: string): Value {
  const nodes = new Map([[0, x]]);
  let last = x;
  for (const node of nodesOf(layer)) {
    const arriving = layer.edges.filter(({ to }) => to === node);
    last = arriving
      .map((edge) => apply(context, edge.layer, required(nodes.get(edge.from)), joinPath(path, edge.name)))
      .reduce((sum, value) => context.builder.add(sum, value));
    nodes.set(node, last);
  }
  return last;
}

function squeezeExcite(context: Context, layer: LayerOf<'squeezeExcite'>, x: Value, path: string): Value {
  const { builder } = context;
  const [reduce, expand] = submodulesOf(layer).map(
    (module) => (y: Value) => apply(context, module.layer, y, joinPath(path, module.name)),
  );
  const squeezed = builder.reduceMean(x, [2, 3, 4], false);
  const reduced = activate(builder, layer.activation, required(reduce)(squeezed));
  const expanded = required(expand)(reduced);
  const gate = layer.gate === 'sigmoid' ? builder.sigmoid(expanded) : builder.hardsigmoid(expanded);
  return builder.mul(x, builder.reshape(gate, [x.shape[0] ?? 1, layer.channels, 1, 1, 1]));
}

function activate(builder: Builder, name: Activation, x: Value): Value {
  return name === 'identity' ? x : builder[name](x);
}

/** Declares the layer's own parameters; returns them by their names within the layer. */
function parameters(context: Context, layer: Layer, path: string): Partial<Record<string, Value>> {
  return Object.fromEntries(
    parametersOf(layer).map(({ name, shape, initialiser, trainable, decay }) => [
      name,
      context.builder.parameter(`${context.prefix}${joinPath(path, name)}`, shape, initialiser, {
        trainable,
        decay,
        shared: true,
      }),
    ]),
  );
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a layer was built without a parameter that it declares');
  return value;
}
