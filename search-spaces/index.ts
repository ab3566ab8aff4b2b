/** The search spaces that an experiment can name. */
import type { Json } from '../src/core/json.js';
import type { Architecture } from '../src/nn/architecture.js';
import type { SearchSpace } from '../src/search/space.js';
import { factorized3d } from './factorized3d.js';

export const searchSpaces: Readonly<Record<string, SearchSpace<Json, Architecture>>> = { factorized3d };
