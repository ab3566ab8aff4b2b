/**
 * Wiring of an architecture, for drawings: which layer reads which, with the sums that residual blocks and cells form.
 *
 * Walks the same tree as `shapes.ts`, in the same order; that gives the shapes, this gives the edges.
 */
import { unreachable } from '../core/errors.js';
import type { Activation, Architecture, Layer, LayerOf, Named } from './architecture.js';
import { bodyOf, hasNoParts, joinPath, nodesOf } from './modules.js';

/** Index of the network's input among what is read. */
export const NETWORK_INPUT = -1;

/** A layer that computes something, or a sum. */
export interface Wire {
  /** Name in the `state_dict`; of a sum the path of its block. */
  readonly path: string;
  /** Of a sum the activation that follows it; absent for a layer. */
  readonly sum?: Activation;
  readonly kind: Layer['kind'];
  /** Indices of what it reads, `NETWORK_INPUT` among them. */
  readonly reads: readonly number[];
}

/** All layers in order of computation, as `layerShapes` lists them, and after the layers of a block its sum. */
export function wiringOf({ encoder }: Architecture): readonly Wire[] {
  const wires: Wire[] = [];
  wire(encoder, NETWORK_INPUT, '', wires);
  return wires;
}

/** Appends what `layer` consists of; returns the index of its output. */
function wire(layer: Layer, input: number, path: string, wires: Wire[]): number {
  const append = (own: Wire): number => wires.push(own) - 1;
  const chain = (children: readonly Named[]): number =>
    children.reduce((at, child) => wire(child.layer, at, joinPath(path, child.name), wires), input);
  if (hasNoParts(layer)) return append({ path, kind: layer.kind, reads: [input] });
  switch (layer.kind) {
    case 'sequence':
      return chain(layer.children);
    case 'residual': {
      const body = chain(bodyOf(layer));
      const side = layer.shortcut ? wire(layer.shortcut, input, joinPath(path, 'shortcut'), wires) : input;
      return append({ path, kind: layer.kind, sum: layer.activation, reads: [body, side] });
    }
    case 'cell':
      return wireCell(layer, input, path, wires);
    case 'squeezeExcite':
      return append({ path, kind: layer.kind, reads: [input] });
    default:
      return unreachable(layer);
  }
}

function wireCell(cell: LayerOf<'cell'>, input: number, path: string, wires: Wire[]): number {
  const nodes = new Map<number, number>([[0, input]]);
  let last = input;
  for (const node of nodesOf(cell)) {
    const arriving = cell.edges
      .filter(({ to }) => to === node)
      .map((edge) => wire(edge.layer, nodes.get(edge.from) ?? input, joinPath(path, edge.name), wires));
    const [only] = arriving;
    last =
      arriving.length === 1 && only !== undefined
        ? only
        : wires.push({
            path: joinPath(path, `node${node}`),
            kind: 'cell',
            sum: 'identity',
            reads: arriving,
          }) - 1;
    nodes.set(node, last);
  }
  return last;
}
