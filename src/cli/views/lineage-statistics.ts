/**
 * Statistics of a lineage, as tables.
 */
import type { LineageStatistics } from '../../api/index.js';
import { percent, table } from './format.js';

/** Number of values of a gene that are shown. */
const VALUES = 4;

export function statisticsText({ operators, genes, diversity }: LineageStatistics): string {
  return [
    'mutations, by how often they raised the score (95 % interval):',
    table(
      ['operator', 'gene', 'trials', 'success', 'interval', 'mean gain'],
      operators.map(({ kind, gene, trials, rate, interval: [low, high], meanGain }) => [
        kind,
        gene,
        trials,
        percent(rate),
        `${percent(low)} – ${percent(high)}`,
        meanGain.toFixed(4),
      ]),
    ),
    '',
    'genes, by the share of the scores’ variance that they go with:',
    table(
      ['gene', 'explained', 'values by mean score'],
      genes.map(({ gene, explained, values }) => [
        gene,
        percent(explained),
        values
          .slice(0, VALUES)
          .map(({ value, candidates, mean }) => `${JSON.stringify(value)} ${mean.toFixed(3)} (${candidates})`)
          .join(', '),
      ]),
    ),
    '',
    'diversity:',
    table(
      ['candidates', 'distinct', 'entropy', 'highest'],
      diversity.map(({ from, to, distinct, entropy, best }) => [
        `${from}–${to}`,
        percent(distinct),
        entropy.toFixed(3),
        best === null ? '' : best.toFixed(4),
      ]),
    ),
  ].join('\n');
}
