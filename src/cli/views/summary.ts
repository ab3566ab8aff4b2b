/**
 * The end of a run: the highest score, the winner and its ancestry, where the database is and what to type next.
 */
import type { SearchSummary } from '../../api/index.js';
import { auxiliaryText, highestText } from './auxiliary-text.js';
import { milliseconds, percent, plural, si } from './format.js';
import { lineageText } from './lineage-text.js';

export function summaryText(summary: SearchSummary, completed: boolean): string {
  const { experiment, candidates, diverged, database } = summary;
  const others = [
    candidates.failed > 0 ? `${candidates.failed} failed` : '',
    candidates.infeasible > 0 ? `${candidates.infeasible} infeasible` : '',
    diverged > 0 ? `${diverged} diverged` : '',
  ].filter((text) => text !== '');
  const more = completed ? ` --candidates ${experiment.candidates * 2}` : '';
  return [
    '',
    `${experiment.name}: ${plural(candidates.done, 'candidate')} done${others.length > 0 ? ` (${others.join(', ')})` : ''}` +
      `${completed ? '' : `, interrupted before all ${experiment.candidates} were`}`,
    ...resultLines(summary),
    '',
    `database: ${database}`,
    'next:',
    `  npx voxolve resume ${database}${more}`,
    `  npx voxolve lineage ${database}`,
    `  npx voxolve export ${database} --to pytorch -o winner`,
  ].join('\n');
}

/** None before the first score. */
function resultLines(summary: SearchSummary): readonly string[] {
  const { experiment, best, highest, medianOfFirstTen, winners, ancestry } = summary;
  if (best === null) return [];
  const time = highest?.latency == null ? '' : `, ${milliseconds(highest.latency)} predicted`;
  const size =
    highest?.params == null
      ? ''
      : `, ${si(highest.params)} parameters, ${si(highest.macs ?? 0)} MACs a batch${time}`;
  const median = medianOfFirstTen === null ? '' : `, median of the first ten ${percent(medianOfFirstTen)}`;
  const winner = winners?.winner?.number;
  return [
    `${highestText(experiment.metric, best)} on held-out patients${size}`,
    `  chance ${percent(experiment.chance)}${median}`,
    ...auxiliaryText(summary),
    '',
    `ancestry of candidate ${winner ?? best.number}, ${winner === undefined ? 'the highest score' : 'the winner'}:`,
    lineageText(ancestry).replace(/^/gm, '  '),
  ];
}
