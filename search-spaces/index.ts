/** Index of the search spaces that an experiment can name. */
import type { Json } from '../src/core/json.js';
import type { Architecture } from '../src/nn/architecture.js';
import type { SearchSpace } from '../src/search/space.js';
import { cell3d } from './cell3d.js';
import { evanet } from './evanet.js';
import { factorized3d } from './factorized3d.js';
import { movinet } from './movinet.js';
import { videoResnet } from './video-resnet.js';
import { x3d } from './x3d.js';

export const searchSpaces: Readonly<Record<string, SearchSpace<Json, Architecture>>> = {
  factorized3d,
  'video-resnet': videoResnet,
  x3d,
  movinet,
  cell3d,
  evanet,
};
