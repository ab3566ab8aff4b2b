/** The agreement of zero-cost scores with trained scores, as a table. */
import type { ZeroCostReport } from '../../api/index.js';
import { table } from './format.js';

export function zeroCostText({ candidates, scores }: ZeroCostReport): string {
  return [
    `zero-cost scores against the scores of ${candidates} trained candidates (Kendall's τ):`,
    table(
      ['score', 'τ', 'a prescreen may use it'],
      scores.map(({ name, correlation, trusted }) => [
        name,
        correlation.toFixed(3),
        trusted
          ? 'yes'
          : name === 'params'
            ? 'no: it is what the others have to beat'
            : 'no: params is as good',
      ]),
    ),
  ].join('\n');
}
