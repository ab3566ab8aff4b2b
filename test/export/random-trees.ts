/**
 * Random trees of layers, to try exports on structures that nobody thought of: types that recur with different
 * contents, optional layers, nested residuals, named and positional children. All keep `[D, H, W]`.
 */
import type { Rng } from '../../src/core/random.js';
import type { Architecture, Edge, Layer } from '../../src/nn/architecture.js';
import { activation, batchNorm, conv3d, sequence, squeezeExcite, stack } from '../../src/nn/layers.js';

const WIDTHS = [4, 8];
const NAMES = ['a', 'b', 'act', 'd', 'norm'];

export function randomTree(rng: Rng): Architecture {
  const blocks = Array.from({ length: 4 }, (_, index) => tree(rng, index === 0 ? 1 : 8, 8, 3));
  return { name: `tree ${rng.key.join(' ')}`, inChannels: 1, encoder: stack(blocks), features: 8 };
}

function tree(rng: Rng, inChannels: number, outChannels: number, depth: number): Layer {
  if (depth === 0 || rng.bool(0.2)) return leaf(rng, inChannels, outChannels);
  const count = 1 + rng.int(4);
  const ends = [inChannels, ...Array.from({ length: count - 1 }, () => rng.pick(WIDTHS)), outChannels];
  const children = ends.slice(1).map((end, i) => tree(rng, ends[i] ?? 1, end, depth - 1));
  const names = rng.sample(NAMES, count);
  const body = rng.bool(0.3)
    ? stack(children)
    : sequence(Object.fromEntries(children.map((child, i) => [names[i] ?? '', child])));
  if (rng.bool(0.2)) return cell(rng, inChannels, outChannels, depth - 1);
  if (rng.bool(0.5)) return rng.bool(0.7) ? { ...body, type: `Type${rng.int(3)}` } : body;
  return {
    kind: 'residual',
    ...(rng.bool(0.8) ? { type: `Block${rng.int(3)}` } : {}),
    body,
    ...(inChannels !== outChannels || rng.bool(0.3) ? { shortcut: conv3d(inChannels, outChannels) } : {}),
    activation: rng.pick(['relu', 'identity', 'silu'] as const),
  };
}

/** Two inner nodes, each fed by the input; the output sums both, and perhaps the input too. */
function cell(rng: Rng, inChannels: number, outChannels: number, depth: number): Layer {
  const inner = rng.pick(WIDTHS);
  const edge = (name: string, from: number, to: number, inputs: number, outputs: number): Edge => ({
    name,
    from,
    to,
    layer: tree(rng, inputs, outputs, depth),
  });
  return {
    kind: 'cell',
    ...(rng.bool(0.7) ? { type: `Cell${rng.int(2)}` } : {}),
    edges: [
      edge('a', 0, 1, inChannels, inner),
      edge('b', 0, 2, inChannels, inner),
      edge('c', 1, 2, inner, inner),
      ...(rng.bool(0.5) ? [edge('d', 0, 3, inChannels, outChannels)] : []),
      edge('e', 2, 3, inner, outChannels),
    ],
  };
}

function leaf(rng: Rng, inChannels: number, outChannels: number): Layer {
  const same = inChannels === outChannels;
  if (!same || rng.bool(0.4)) {
    const extent = (): number => rng.pick([1, 3, 5]);
    return conv3d(inChannels, outChannels, {
      kernel: rng.bool(0.5) ? [extent(), extent(), extent()] : [3, 3, 3],
      groups: same && rng.bool(0.4) ? inChannels : inChannels % 2 === 0 ? rng.pick([1, 2]) : 1,
      bias: rng.bool(0.5),
    });
  }
  return rng.pick<Layer>([
    { ...batchNorm(inChannels), epsilon: rng.pick([1e-5, 1e-3]) },
    activation(rng.pick(['relu', 'gelu', 'identity'] as const)),
    { kind: 'scale' },
    squeezeExcite(inChannels, rng.pick([2, 4]), 'relu'),
    { kind: 'maxPool', kernel: [3, 3, 3], stride: [1, 1, 1], padding: [1, 1, 1] },
  ]);
}
