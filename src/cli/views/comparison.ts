/**
 * Other searches of the same database on the same scans, task and training, side by side: random search at equal steps,
 * or published networks at their sizes.
 */
import { canonicalJson, type Json } from '../../core/json.js';
import { listExperiments, summarise, type ExperimentRow, type Store } from '../../store/index.js';
import { percent, si, table } from './format.js';
import { specFromJson } from '../../api/search-spec.js';
import { winnersOf } from '../../api/reading/winner.js';

/** Null where there is none. */
export function comparisonText(store: Store, row: ExperimentRow): string | null {
  const alike = listExperiments(store).filter((other) => comparable(row, other));
  if (alike.length < 2) return null;
  const rows = alike.map((other) => {
    const { best } = summarise(store, other.id);
    const winner = winnersOf(store, other)?.winner ?? null;
    const interval = winner?.interval;
    return [
      other.name,
      `${other.strategy} over ${other.space}`,
      si(stepsOf(store, other.id)),
      best === null ? '' : percent(best.score),
      winner?.mean == null
        ? 'to come'
        : percent(winner.mean) +
          (interval == null ? '' : ` (${percent(interval[0])} to ${percent(interval[1])})`),
      winner?.macs == null ? '' : si(winner.macs),
    ];
  });
  return `searches on the same scans:\n${table(['experiment', 'search', 'steps', 'highest', 'winner again (95 %)', 'MACs'], rows)}`;
}

function comparable(a: ExperimentRow, b: ExperimentRow): boolean {
  const key = ({ spec, scansFingerprint }: ExperimentRow): string => {
    const { proxyTask, training } = specFromJson(spec).experiment;
    return canonicalJson(JSON.parse(JSON.stringify({ scansFingerprint, proxyTask, training })) as Json);
  };
  return key(a) === key(b);
}

/** Of all trainings within the search. */
function stepsOf(store: Store, experiment: number): number {
  return store
    .statement(
      `SELECT coalesce(sum(steps), 0) FROM evaluations JOIN candidates ON candidates.id = candidate
       WHERE purpose = 'search' AND experiment = ?`,
    )
    .pluck()
    .get(experiment) as number;
}
