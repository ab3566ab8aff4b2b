/**
 * A methods paragraph for a paper's supplement: what was run, with what, and how to do it again.
 */
import { specFromJson } from '../../api/search-spec.js';
import { version } from '../../core/version.js';
import type { ReportFacts } from './facts.js';
import { escaped, figure } from './html.js';

export function methodsHtml({ status, hashes }: ReportFacts): string {
  const { experiment: row, candidates, winners } = status;
  const training = (specFromJson(row.spec) as Partial<ReturnType<typeof specFromJson>>).experiment?.training;
  const text = [
    `Architectures of the space "${row.space}" were searched with voxolve ${row.version} (strategy "${row.strategy}", seed ${row.seed}, lookahead ${row.lookahead}).`,
    `Each candidate was trained without labels on the proxy task "${row.task}"${training === undefined ? '' : ` for ${training.steps} steps of ${training.batch} samples`} on engine ${row.engine} (${row.device}) and scored by ${row.metric} on held-out patients, where a model that knows nothing scores ${figure(row.chance)}.`,
    `Of ${row.candidates} candidates, ${candidates.done} were evaluated, ${candidates.failed} failed and ${candidates.infeasible} were infeasible.`,
    winnersText(winners),
    `The search began on ${row.createdAt}. Given the same scans, engine and kind of processor it yields the same lineage, whatever the number of workers.`,
  ];
  const commands = [
    'voxolve search EXPERIMENT.json --scans DIR --db SEARCH.db',
    'voxolve verify SEARCH.db',
    'voxolve report SEARCH.db -o REPORT.html',
  ];
  return `<section id="methods"><h2>Methods</h2>
<p>${escaped(text.filter((line) => line !== '').join(' '))}</p>
<p>Commands:</p>
<pre>${escaped(commands.join('\n'))}</pre>
<dl>
<dt>SHA-256 of the scans</dt><dd><code>${escaped(row.scansFingerprint)}</code></dd>
<dt>SHA-256 of the experiment with all its defaults</dt><dd><code>${hashes.experiment}</code></dd>
<dt>SHA-256 of all decisions and scores</dt><dd><code>${hashes.lineage}</code></dd>
<dt>Report made by</dt><dd>voxolve ${escaped(version)}</dd>
</dl></section>`;
}

function winnersText(winners: ReportFacts['status']['winners']): string {
  if (winners === null) return '';
  const { standings, winner } = winners;
  const most = Math.max(0, ...standings.map(({ scores }) => scores.length));
  const chosen = winner == null ? '' : `; candidate ${winner.number} had the highest mean`;
  return `The ${standings.length} with the highest scores were trained again from scratch, up to ${most} times each with other seeds${chosen}.`;
}
