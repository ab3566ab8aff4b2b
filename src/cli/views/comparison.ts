/** Searches on the same scans, side by side, as a table. */
import type { ComparedSearch } from '../../api/index.js';
import { percent, si, table } from './format.js';

export function comparisonText(searches: readonly ComparedSearch[]): string {
  const rows = searches.map(({ name, strategy, space, steps, highest, winner }) => {
    const interval = winner?.interval;
    return [
      name,
      `${strategy} over ${space}`,
      si(steps),
      highest === null ? '' : percent(highest),
      winner?.mean == null
        ? 'to come'
        : percent(winner.mean) +
          (interval == null ? '' : ` (${percent(interval[0])} to ${percent(interval[1])})`),
      winner?.macs == null ? '' : si(winner.macs),
    ];
  });
  const header = ['experiment', 'search', 'steps', 'highest', 'winner again (95 %)', 'MACs'];
  return `searches on the same scans:\n${table(header, rows)}`;
}
