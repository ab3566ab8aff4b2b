/** The candidates' columns, of which only what changed is asked for again. */
import type { CandidatesView } from '../../views/types.js';
import { timed } from '../shared/timed.js';
import { merged } from './columns.js';
import { useView, type Increments, type Loaded } from './use-view.js';

const INCREMENTS: Increments<CandidatesView> = {
  version: ({ changes }) => changes?.version,
  merged: (held, news) => timed('candidates-merge', () => merged(held, news)),
};

export const useCandidates = (): Loaded<CandidatesView> => useView('/api/candidates', INCREMENTS);
