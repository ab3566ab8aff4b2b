/**
 * `voxolve lineage DB [NUMBER]`: a candidate's ancestors, with what each mutation changed and gained; the whole
 * lineage as a graph (`--dot`) or a table (`--csv`); what it teaches (`--statistics`, `--zero-cost`).
 */
import { UserError } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import { ancestry, readLineage, summarise, type ExperimentRow, type Store } from '../../store/index.js';
import { diversityOverTime, geneEffects, operatorSuccess } from '../../study/index.js';
import { defineCommand } from '../command.js';
import { lineageCsv, lineageDot } from '../views/lineage-graph.js';
import { statisticsText } from '../views/lineage-statistics.js';
import { lineageText } from '../views/lineage-text.js';
import { experimentOption, withExperiment } from '../../api/open-experiment.js';
import { jsonOption, print, printJson } from '../views/output.js';
import { bestOfAll } from '../../api/reading/winner.js';
import { zeroCostReport, zeroCostText } from '../../api/reading/zero-cost-report.js';

export const lineage = defineCommand({
  command: 'lineage <db> [number]',
  describe: "a candidate's ancestry with each mutation's gain",
  builder: (yargs) =>
    yargs
      .positional('db', { type: 'string', demandOption: true, describe: 'database of the search' })
      .positional('number', {
        type: 'number',
        describe: 'candidate (default: the winner, or the highest score until it is known)',
      })
      .option('dot', { type: 'boolean', default: false, describe: 'all candidates as a Graphviz graph' })
      .option('csv', { type: 'boolean', default: false, describe: 'all candidates as a table' })
      .option('statistics', {
        type: 'boolean',
        default: false,
        describe: "mutations' success rates, genes' effects, diversity over time",
      })
      .option('zero-cost', {
        type: 'boolean',
        default: false,
        describe: 'how well scores without training order the trained candidates',
      })
      .options(experimentOption)
      .options(jsonOption),
  handler: (args) =>
    withExperiment(args.db, args.experiment, async (store, row) => {
      requireOneForm(args);
      if (args.zeroCost) {
        const report = await zeroCostReport(store, row);
        return args.json
          ? printJson(JSON.parse(JSON.stringify(report)) as Json)
          : print(zeroCostText(report));
      }
      if (args.csv) return print(lineageCsv(readLineage(store, row.id)));
      if (args.statistics) return showStatistics(store, row, args.json);
      const number = args.number ?? bestNumber(store, row);
      const line = ancestry(store, row.id, number);
      if (line.length === 0) {
        const { total } = summarise(store, row.id).candidates;
        throw new UserError({
          subject: args.db,
          problem: `has no candidate ${number}`,
          fix: total === 0 ? 'wait for the first one' : `choose one from 0 to ${total - 1}`,
        });
      }
      if (args.dot) print(lineageDot(readLineage(store, row.id), line));
      else if (args.json)
        printJson(
          line.map((ancestor) => ({ ...ancestor, mutations: ancestor.mutations.map((m) => ({ ...m })) })),
        );
      else print(lineageText(line));
    }),
});

/** Statistics are a table or JSON; a graph and a table of candidates are forms of their own. */
function requireOneForm(args: {
  readonly dot: boolean;
  readonly csv: boolean;
  readonly statistics: boolean;
  readonly json: boolean;
}): void {
  const chosen = (['dot', 'csv', 'statistics', 'json'] as const).filter((name) => args[name]);
  if (chosen.length < 2 || chosen.join() === 'statistics,json') return;
  throw new UserError({
    subject: chosen.map((name) => `--${name}`).join(' and '),
    problem: 'cannot both be given',
    fix: 'choose one; --statistics takes --json',
  });
}

function showStatistics(store: Store, row: ExperimentRow, json: boolean): void {
  const rows = readLineage(store, row.id);
  const statistics = {
    operators: operatorSuccess(rows),
    genes: geneEffects(rows),
    diversity: diversityOverTime(rows),
  };
  if (json) printJson(JSON.parse(JSON.stringify(statistics)) as Json);
  else print(statisticsText(statistics));
}

/** The number of the winner, or of the highest score until it is known; `UserError` before the first score. */
export function bestNumber(store: Store, row: ExperimentRow): number {
  const best = bestOfAll(store, row);
  if (best !== null) return best;
  throw new UserError({
    subject: store.path,
    problem: `experiment ${row.name} has no scored candidate yet`,
    fix: 'continue it with voxolve resume',
  });
}
