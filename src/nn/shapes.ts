/**
 * Shape inference through an architecture, and checks that an input is large enough, without building a graph.
 */
import { unreachable } from '../core/errors.js';
import type { Shape, Triple } from '../core/tensor.js';
import type { Architecture, Layer } from './architecture.js';
import { bodyOf, joinPath, nodesOf } from './modules.js';

/** A layer that computes something, with the shapes of its input and output. */
export interface LayerShape {
  /** Name in the `state_dict`, such as `stages.0.1.conv1.conv`. */
  readonly path: string;
  readonly layer: Layer;
  readonly input: Shape;
  readonly output: Shape;
}

/** An input too small for a layer, or with the wrong number of channels. */
class InfeasibleShape extends Error {}

/** Lists all layers in order of computation, for an input `[N, C, D, H, W]`. Throws `InfeasibleShape`. */
export function layerShapes(architecture: Architecture, input: Shape): readonly LayerShape[] {
  const shapes: LayerShape[] = [];
  trace(architecture.encoder, input, '', (entry) => shapes.push(entry));
  return shapes;
}

/** Shape of the output: `[N, C, D, H, W]` → `[N, features, d, h, w]`. Throws `InfeasibleShape`. */
export function outputShape(architecture: Architecture, input: Shape): Shape {
  return trace(architecture.encoder, input, '', () => undefined);
}

/** Reason why the architecture cannot process this input, naming the layer; null if it can. */
export function infeasibility(architecture: Architecture, input: Shape): string | null {
  try {
    outputShape(architecture, input);
    return null;
  } catch (error) {
    if (error instanceof InfeasibleShape) return error.message;
    throw error;
  }
}

function trace(layer: Layer, input: Shape, path: string, visit: (entry: LayerShape) => void): Shape {
  const leaf = (output: Shape): Shape => {
    visit({ path, layer, input, output });
    return output;
  };
  const chain = (children: readonly { readonly name: string; readonly layer: Layer }[]): Shape =>
    children.reduce((shape, child) => trace(child.layer, shape, joinPath(path, child.name), visit), input);
  switch (layer.kind) {
    case 'conv':
      expectChannels(path, layer.inChannels, input);
      return leaf([...input.slice(0, 1), layer.outChannels, ...slide(path, layer, input)]);
    case 'avgPool':
      expectWithin(path, layer.kernel, input);
      return leaf([...input.slice(0, 2), ...slide(path, layer, input)]);
    case 'maxPool':
      return leaf([...input.slice(0, 2), ...slide(path, layer, input)]);
    case 'batchNorm':
    case 'groupNorm':
    case 'squeezeExcite':
      expectChannels(path, layer.channels, input);
      return leaf(input);
    case 'activation':
    case 'scale':
      return leaf(input);
    case 'linear':
      return leaf([...input.slice(0, -1), layer.outFeatures]);
    case 'globalPool':
      return leaf(input.slice(0, 2));
    case 'sequence':
      return chain(layer.children);
    case 'residual': {
      const body = chain(bodyOf(layer));
      const side = layer.shortcut ? trace(layer.shortcut, input, joinPath(path, 'shortcut'), visit) : input;
      if (body.join() !== side.join()) {
        throw new InfeasibleShape(
          `${path}: the body gives [${body.join(', ')}], its shortcut [${side.join(', ')}]`,
        );
      }
      return body;
    }
    case 'cell': {
      if (layer.edges.length === 0) throw new InfeasibleShape(`${path}: no path leads through the cell`);
      const nodes = new Map<number, Shape>([[0, input]]);
      for (const node of nodesOf(layer)) {
        const arriving = layer.edges
          .filter(({ to }) => to === node)
          .map((edge) => trace(edge.layer, nodes.get(edge.from) ?? [], joinPath(path, edge.name), visit));
        const [first = [], ...others] = arriving;
        const odd = others.find((shape) => shape.join() !== first.join());
        if (odd !== undefined) {
          throw new InfeasibleShape(
            `${path}: node ${node} gets [${first.join(', ')}] and [${odd.join(', ')}]`,
          );
        }
        nodes.set(node, first);
      }
      return [...nodes.values()].at(-1) ?? input;
    }
    default:
      return unreachable(layer);
  }
}

interface Window {
  readonly kernel: Triple;
  readonly stride: Triple;
  readonly padding: Triple;
}

const AXES = ['depth', 'height', 'width'] as const;

/** Extents `[D, H, W]` after a sliding window. */
function slide(path: string, { kernel, stride, padding }: Window, input: Shape): Shape {
  return AXES.map((axis, i) => {
    const [extent, size, step, pad] = [input[i + 2] ?? 0, kernel[i] ?? 1, stride[i] ?? 1, padding[i] ?? 0];
    if (extent < step) {
      throw new InfeasibleShape(`${path}: stride ${step} along ${axis} meets an extent of ${extent}`);
    }
    if (extent + 2 * pad < size) {
      throw new InfeasibleShape(
        `${path}: a kernel of ${size} along ${axis} exceeds the padded extent of ${extent + 2 * pad}`,
      );
    }
    return Math.floor((extent + 2 * pad - size) / step) + 1;
  });
}

/** Throws if a window is larger than the input without padding, over which PyTorch does not average. */
function expectWithin(path: string, kernel: Triple, input: Shape): void {
  AXES.forEach((axis, i) => {
    const [extent = 0, size = 1] = [input[i + 2], kernel[i]];
    if (extent < size) {
      throw new InfeasibleShape(`${path}: a pool of ${size} along ${axis} meets an extent of ${extent}`);
    }
  });
}

function expectChannels(path: string, channels: number, input: Shape): void {
  if (input[1] !== channels) {
    throw new InfeasibleShape(`${path}: takes ${channels} channels, gets ${input[1]}`);
  }
}
