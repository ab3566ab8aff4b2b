/**
 * PyTorchVideo's X3D, trained on Kinetics-400.
 *
 * Source: pytorchvideo/models/x3d.py. Its squeeze and excitation are convolutions of 1³, voxolve's are linear layers of
 * the same weights; in its stem `conv_t` is the convolution within frames.
 */
import { renaming, type Layout } from './layout.js';

const stages = [0, 1, 2, 3].map((stage): [RegExp, string] => [
  new RegExp(`^stages\\.${stage}\\.`),
  `blocks.${stage + 1}.res_blocks.`,
]);

export const pytorchvideo: Layout = {
  name: 'PyTorchVideo',
  source: 'https://github.com/facebookresearch/pytorchvideo/blob/main/pytorchvideo/models/x3d.py',
  networks: ['x3d-xs', 'x3d-s', 'x3d-m', 'x3d-l'],
  nameOf: renaming([
    ...stages,
    [/^stem\.spatial$/, 'blocks.0.conv.conv_t'],
    [/^stem\.temporal$/, 'blocks.0.conv.conv_xy'],
    [/^stem\.norm$/, 'blocks.0.norm'],
    [/\.expand\.conv$/, '.branch2.conv_a'],
    [/\.expand\.norm$/, '.branch2.norm_a'],
    [/\.depthwise\.conv$/, '.branch2.conv_b'],
    [/\.depthwise\.norm$/, '.branch2.norm_b.0'],
    [/\.squeeze\.reduce$/, '.branch2.norm_b.1.block.0'],
    [/\.squeeze\.expand$/, '.branch2.norm_b.1.block.2'],
    [/\.project\.conv$/, '.branch2.conv_c'],
    [/\.project\.norm$/, '.branch2.norm_c'],
    [/\.shortcut\.conv$/, '.branch1_conv'],
    [/\.shortcut\.norm$/, '.branch1_norm'],
    [/\.shortcut$/, '.branch1_conv'],
  ]),
  classifier: /^blocks\.5\./,
  // https://pytorch.org/hub/facebookresearch_pytorchvideo_x3d
  normalisation: { mean: [0.45, 0.45, 0.45], std: [0.225, 0.225, 0.225] },
  epsilon: 1e-5,
};
