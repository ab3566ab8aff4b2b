/** The search spaces that an experiment can name. */
import { factorized3d } from './factorized3d.js';

export const searchSpaces = { factorized3d } as const;
