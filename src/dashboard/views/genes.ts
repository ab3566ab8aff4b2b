/**
 * Scores by the values of genes, over the candidates with a score at the highest rung reached; the most telling gene first. An
 * association, not a cause: the search does not choose values at random.
 */
import type { Json } from '../../core/json.js';
import { meanOf } from '../../core/statistics/descriptive.js';
import { scoredGenomes, type ExperimentRow, type Store } from '../../store/index.js';
import { GeneTally } from './genomes/gene-tally.js';
import { GenomePlaces } from './genomes/genome-places.js';
import type { GenesView } from './types.js';

export function genesView(store: Store, row: ExperimentRow): GenesView {
  const scored = scoredGenomes(store, row.id);
  const shift = meanOf(scored.map(([score]) => score));
  const tallies: GeneTally[] = [];
  let at = { candidate: 0, score: 0 };
  const places = new GenomePlaces<GeneTally>(
    (name) => {
      const tally = new GeneTally(name);
      tallies.push(tally);
      return tally;
    },
    (tally, value) => tally.add(value, at.candidate, at.score),
  );
  scored.forEach(([score, genome], candidate) => {
    at = { candidate, score: score - shift };
    places.walk(JSON.parse(genome) as Json);
  });
  const genes = tallies
    .flatMap((tally) => tally.effect(shift) ?? [])
    .sort((a, b) => b.explained.value - a.explained.value);
  return { genes };
}
