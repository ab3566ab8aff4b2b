/**
 * Modules that a layer owns, with their names: the only place that names weights.
 *
 * Graph parameters and PyTorch's `state_dict` are named by the same path of submodules, such as
 * `stages.0.1.conv1.conv.weight`.
 */
import { unreachable } from '../core/errors.js';
import type { Layer, LayerOf, Named } from './architecture.js';

const WITHOUT_PARTS = [
  'conv',
  'batchNorm',
  'groupNorm',
  'activation',
  'linear',
  'maxPool',
  'avgPool',
  'globalPool',
  'scale',
] as const;

/** True for layers that own no submodule. */
export function hasNoParts(layer: Layer): layer is LayerOf<(typeof WITHOUT_PARTS)[number]> {
  return (WITHOUT_PARTS as readonly Layer['kind'][]).includes(layer.kind);
}

/** True if a residual's body layers belong to the block itself rather than to a module `body` of it. */
export function bodyIsInlined(layer: LayerOf<'residual'>): boolean {
  const { type, body } = layer;
  return type !== undefined && body.kind === 'sequence' && body.type === undefined && !isPositional(body);
}

/** True if the children are named by position; then the sequence is an `nn.Sequential`. */
export function isPositional(sequence: LayerOf<'sequence'>): boolean {
  return sequence.children.every((child, index) => child.name === String(index));
}

/** Layers of a residual's body, with their names within the block. */
export function bodyOf(layer: LayerOf<'residual'>): readonly Named[] {
  const { body } = layer;
  return bodyIsInlined(layer) && body.kind === 'sequence' ? body.children : [{ name: 'body', layer: body }];
}

/** Direct submodules of a layer, in the order in which PyTorch registers them. */
export function submodulesOf(layer: Layer): readonly Named[] {
  if (hasNoParts(layer)) return [];
  switch (layer.kind) {
    case 'sequence':
      return layer.children;
    case 'cell':
      return layer.edges;
    case 'residual': {
      const { shortcut } = layer;
      return [...bodyOf(layer), ...(shortcut ? [{ name: 'shortcut', layer: shortcut }] : [])];
    }
    case 'squeezeExcite':
      return [
        { name: 'reduce', layer: gateLinear(layer.channels, layer.reduced) },
        { name: 'expand', layer: gateLinear(layer.reduced, layer.channels) },
      ];
    default:
      return unreachable(layer);
  }
}

/** Nodes of a cell after its input, ascending; the last is its output. */
export function nodesOf({ edges }: LayerOf<'cell'>): readonly number[] {
  return [...new Set(edges.map(({ to }) => to))].sort((a, b) => a - b);
}

function gateLinear(inFeatures: number, outFeatures: number): LayerOf<'linear'> {
  return { kind: 'linear', inFeatures, outFeatures, bias: true };
}

/** Joins `a` and `b` to `a.b`; an empty parent adds nothing. */
export function joinPath(parent: string, name: string): string {
  return parent === '' ? name : `${parent}.${name}`;
}

/** Iterates over `layer` and all layers below it, depth first, with their paths. */
export function* walk(layer: Layer, path = ''): Generator<{ readonly path: string; readonly layer: Layer }> {
  yield { path, layer };
  for (const child of submodulesOf(layer)) yield* walk(child.layer, joinPath(path, child.name));
}
