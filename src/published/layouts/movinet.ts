/**
 * MoViNet-A0 (base) in PyTorch, with weights converted from TensorFlow's, trained on Kinetics-600.
 *
 * Source: movinets/models.py of MoViNet-pytorch. Its base models use swish and sigmoid, where voxolve's point of the
 * search space has the functions of the streaming ones; an import takes those that the weights were trained with. It pads
 * as TensorFlow does, at the end only where a stride meets an even extent; voxolve pads both ends.
 */
import type { Architecture, Layer } from '../../nn/architecture.js';
import { renaming, type Layout } from './layout.js';

const modules = renaming([
  [/^stem\.conv$/, 'conv1.conv3d'],
  [/^stem\.norm$/, 'conv1.norm'],
  [/^head\.conv$/, 'conv7.conv3d'],
  [/^head\.norm$/, 'conv7.norm'],
  [/^stages\.(\d+)\.(\d+)\./, 'blocks.b$1_l$2.'],
  [/\.depthwise\./, '.deep.'],
  [/\.squeeze\.reduce$/, '.se.fc1'],
  [/\.squeeze\.expand$/, '.se.fc2'],
  // The shortcut of a strided block averages before it projects.
  [/(\.b0_l0|\.b[124]_l0)\.shortcut\.project\./, '$1.res.1.'],
  [/\.shortcut\.project\./, '.res.0.'],
  [/\.conv$/, '.conv3d'],
  [/\.rezero$/, '.alpha'],
]);

export const movinet: Layout = {
  name: 'MoViNet-pytorch',
  source: 'https://github.com/Atze00/MoViNet-pytorch/blob/main/movinets/models.py',
  networks: ['movinet-a0'],
  nameOf: (ours) => modules(ours).replace(/\.alpha\.weight$/, '.alpha'),
  classifier: /^classifier\./,
  normalisation: { mean: [0, 0, 0], std: [1, 1, 1] },
  epsilon: 1e-3,
  adapted: (architecture: Architecture) => ({ ...architecture, encoder: asBase(architecture.encoder) }),
  remark:
    'strided layers of this network were trained with padding at one end; voxolve pads both, so that features differ a little from those of its own code',
};

/** Swish and sigmoid instead of their piecewise forms. */
function asBase(layer: Layer): Layer {
  switch (layer.kind) {
    case 'activation':
      return layer.function === 'hardswish' ? { ...layer, function: 'silu' } : layer;
    case 'squeezeExcite':
      return { ...layer, activation: 'silu', gate: 'sigmoid' };
    case 'sequence':
      return { ...layer, children: layer.children.map((one) => ({ ...one, layer: asBase(one.layer) })) };
    case 'residual':
      return { ...layer, body: asBase(layer.body) };
    default:
      return layer;
  }
}
