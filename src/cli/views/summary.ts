/**
 * The end of a run: the highest score, the winner and its ancestry, where the database is and what to type next.
 */
import { ancestry, findCandidate, summarise, type ExperimentRow, type Store } from '../../store/index.js';
import type { StudyEnd } from '../../study/index.js';
import { auxiliaryText, highestText } from './auxiliary-text.js';
import { milliseconds, percent, plural, si } from './format.js';
import { lineageText } from './lineage-text.js';
import { print, printJson } from './output.js';
import { statusJson } from './status-json.js';
import { winnersOf } from '../../api/reading/winner.js';

/** An interrupted run exits with 130, as shells expect after Ctrl-C. */
export function showSummary(store: Store, row: ExperimentRow, end: StudyEnd, json: boolean): void {
  if (!end.completed) process.exitCode = 130;
  if (json) {
    printJson({ ...statusJson(store, row), completed: end.completed, database: store.path });
    return;
  }
  const { candidates, best, medianOfFirstTen, diverged } = summarise(store, row.id);
  const others = [
    candidates.failed > 0 ? `${candidates.failed} failed` : '',
    candidates.infeasible > 0 ? `${candidates.infeasible} infeasible` : '',
    diverged > 0 ? `${diverged} diverged` : '',
  ].filter((text) => text !== '');
  print('');
  print(
    `${row.name}: ${plural(candidates.done, 'candidate')} done${others.length > 0 ? ` (${others.join(', ')})` : ''}` +
      `${end.completed ? '' : `, interrupted before all ${row.candidates} were`}`,
  );
  if (best !== null) {
    const highest = findCandidate(store, row.id, best.number);
    const time = highest?.latency == null ? '' : `, ${milliseconds(highest.latency)} predicted`;
    const size =
      highest?.params == null
        ? ''
        : `, ${si(highest.params)} parameters, ${si(highest.macs ?? 0)} MACs a batch${time}`;
    const median = medianOfFirstTen === null ? '' : `, median of the first ten ${percent(medianOfFirstTen)}`;
    const winner = winnersOf(store, row)?.winner?.number;
    print(`${highestText(row, best)} on held-out patients${size}`);
    print(`  chance ${percent(row.chance)}${median}`);
    for (const text of auxiliaryText(store, row)) print(text);
    print('');
    const number = winner ?? best.number;
    print(`ancestry of candidate ${number}, ${winner === undefined ? 'the highest score' : 'the winner'}:`);
    print(lineageText(ancestry(store, row.id, number)).replace(/^/gm, '  '));
  }
  print('');
  print(`database: ${store.path}`);
  print('next:');
  const more = end.completed ? ` --candidates ${row.candidates * 2}` : '';
  print(`  npx voxolve resume ${store.path}${more}`);
  print(`  npx voxolve lineage ${store.path}`);
  print(`  npx voxolve export ${store.path} --to pytorch -o winner`);
}
