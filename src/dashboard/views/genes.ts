/**
 * Scores by the values of genes, over the candidates with a score at the highest rung reached; the most telling gene first. An
 * association, not a cause: the search does not choose values at random.
 */
import type { ExperimentRow, Store } from '../../store/index.js';
import { geneEffectsOf } from './genomes/gene-effects.js';
import type { GenesView } from './types.js';

export function genesView(store: Store, row: ExperimentRow): GenesView {
  return store.snapshot(() => ({ genes: geneEffectsOf(store, row).effects() }));
}
