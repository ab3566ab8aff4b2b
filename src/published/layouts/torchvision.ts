/**
 * Torchvision's video networks: R3D-18, MC3-18, R(2+1)D-18, trained on Kinetics-400.
 *
 * Source: torchvision/models/video/resnet.py.
 */
import { KINETICS } from '../normalisation.js';
import { renaming, type Layout } from './layout.js';

/** Stages are counted from 1. */
const stages = [0, 1, 2, 3].map((stage): [RegExp, string] => [
  new RegExp(`^stages\\.${stage}\\.`),
  `layer${stage + 1}.`,
]);

export const torchvision: Layout = {
  name: 'torchvision',
  source: 'https://github.com/pytorch/vision/blob/main/torchvision/models/video/resnet.py',
  networks: ['r3d-18', 'mc3-18', 'r2plus1d-18'],
  nameOf: renaming([
    ...stages,
    [/\.shortcut\.conv$/, '.downsample.0'],
    [/\.shortcut\.norm$/, '.downsample.1'],
    // A (2+1)D pair is one module of three in a block, and part of the stem itself.
    [/^stem\.spatial\.conv$/, 'stem.0'],
    [/^stem\.spatial\.norm$/, 'stem.1'],
    [/^stem\.temporal\.conv$/, 'stem.3'],
    [/^stem\.temporal\.norm$/, 'stem.4'],
    [/\.spatial\.conv$/, '.0.0'],
    [/\.spatial\.norm$/, '.0.1'],
    [/\.temporal\.conv$/, '.0.3'],
    [/\.temporal\.norm$/, '.1'],
    [/\.conv$/, '.0'],
    [/\.norm$/, '.1'],
  ]),
  classifier: /^fc\./,
  normalisation: KINETICS,
  epsilon: 1e-5,
};
