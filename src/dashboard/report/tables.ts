/**
 * The main figures of a report as HTML that needs no script: what is read in print, and by who turned scripts off.
 */
import { isJsonArray, type Json } from '../../core/json.js';
import type { Mutation } from '../../core/records.js';
import type { ReportFacts } from './facts.js';
import { escaped, figure, table, withInterval, type Cell } from './html.js';

/** One section after the other. */
export function tablesHtml(facts: ReportFacts): string {
  const { status, best, path, operators, genes } = facts;
  const rows = best.map(({ number, rung, score, params, macs, latency }): Cell[] => [
    ...[number, rung, score, params, macs, latency],
  ]);
  const sections: readonly (readonly [string, string])[] = [
    ['Overview', table('The search', ['what', 'value'], overview(facts)) + winners(facts)],
    [
      'Highest scores',
      table(
        'Candidates by score in the search',
        ['candidate', 'rung', status.experiment.metric, 'parameters', 'MACs', 'latency (ms)'],
        rows,
      ),
    ],
    [
      "The winner's path",
      table(
        'From a founder to the winner: what each step changed, and its gain over its parent',
        ['candidate', 'changes', 'score', 'gain'],
        path.map(({ number, mutations, score, gain }): Cell[] => [
          number,
          mutations.map(mutationText).join('; '),
          score,
          gain,
        ]),
      ),
    ],
    [
      'Operators',
      table(
        'Children of one mutation that score higher than their parent; 95 % Wilson interval',
        ['operator', 'gene', 'trials', 'successes', 'share', 'mean gain'],
        operators.map(({ kind, gene, trials, successes, rate, interval, meanGain }): Cell[] => [
          ...[kind, gene, trials, successes, withInterval(rate, interval), meanGain],
        ]),
      ),
    ],
    [
      'Genes',
      table(
        "Share of the scores' variance that a gene's values explain (eta squared), and mean score by value",
        ['gene', 'explained', 'values (candidates): mean'],
        genes.map(({ gene, explained, values }): Cell[] => [
          gene,
          explained,
          values
            .slice(0, 8)
            .map(({ value, candidates, mean }) => `${JSON.stringify(value)} (${candidates}): ${figure(mean)}`)
            .join('; '),
        ]),
      ),
    ],
    ['Trust', trust(facts)],
  ];
  return sections
    .map(([title, html]) => `<section><h2>${escaped(title)}</h2>\n${html}\n</section>`)
    .join('\n');
}

function overview({ status }: ReportFacts): Cell[][] {
  const { experiment: row, candidates, best, winners } = status;
  const winner = winners?.winner;
  return [
    ['experiment', row.name],
    ['state', status.state],
    ['candidates done', String(candidates.done)],
    ['failed', String(candidates.failed)],
    ['infeasible', String(candidates.infeasible)],
    ['wanted', String(row.candidates)],
    ['metric', row.metric],
    ['chance', figure(row.chance)],
    ['highest score', best === null ? null : `${figure(best.score)} (candidate ${best.number})`],
    [
      'winner, mean of its trainings from scratch',
      winner == null ? null : `candidate ${winner.number}: ${withInterval(winner.mean, winner.interval)}`,
    ],
    ['engine', `${row.engine} on ${row.device}`],
  ];
}

function winners({ status }: ReportFacts): string {
  const standings = status.winners?.standings ?? [];
  if (standings.length === 0) return '';
  return table(
    'The best, trained again from scratch; 95 % interval of the mean',
    ['candidate', 'score in the search', 'scores', 'mean', 'parameters', 'MACs'],
    standings.map(({ number, searchScore, scores, mean, interval, params, macs }): Cell[] => [
      ...[number, searchScore, scores.map(figure).join(', '), withInterval(mean, interval), params, macs],
    ]),
  );
}

function trust({ status }: ReportFacts): string {
  const rows = status.trust.map(({ target, evaluations, score, params, verdict }): Cell[] => [
    target,
    evaluations,
    withInterval(score?.tau ?? null, score?.interval ?? null),
    withInterval(params?.tau ?? null, params?.interval ?? null),
    verdict,
  ]);
  const header = ['compared with', 'evaluations', 'τ of the score', 'τ of the parameter count', 'verdict'];
  return table(
    "Kendall's τ of the search's scores with what is taken for the truth; 95 % interval",
    header,
    rows,
  );
}

/** Of two objects the members that differ, since a block that is switched has many that do not. */
function mutationText({ kind, path, before, after }: Mutation): string {
  if (!isObject(before) || !isObject(after)) return `${kind} ${path}: ${changeText(before, after)}`;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changes = names
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => `${name} ${changeText(before[name], after[name])}`);
  return `${kind} ${path}: ${changes.join(', ')}`;
}

function changeText(before: Json | undefined, after: Json | undefined): string {
  const text = (value: Json | undefined): string => (value === undefined ? 'none' : JSON.stringify(value));
  return `${text(before)} → ${text(after)}`;
}

function isObject(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !isJsonArray(value);
}
