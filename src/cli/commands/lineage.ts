/**
 * `voxolve lineage DB [NUMBER]`: a candidate's ancestors, with what each mutation changed and gained; the whole
 * lineage as a graph (`--dot`) or a table (`--csv`); what it teaches (`--statistics`, `--zero-cost`).
 */
import {
  candidates,
  lineage as readLineage,
  lineageStatistics,
  wholeLineage,
  zeroCostAgreement,
} from '../../api/lineage.js';
import { UserError } from '../../core/errors.js';
import { plainJson } from '../../core/json.js';
import { defineCommand } from '../command.js';
import { experimentOption } from '../shared-options.js';
import { showSourceEvent } from '../views/event-text.js';
import { lineageCsv, lineageDot } from '../views/lineage-graph.js';
import { statisticsText } from '../views/lineage-statistics.js';
import { lineageText } from '../views/lineage-text.js';
import { jsonOption, print, printJson } from '../views/output.js';
import { zeroCostText } from '../views/zero-cost-text.js';

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
  handler: async (args) => {
    requireOneForm(args);
    const { db: database, experiment, number, json } = args;
    const source = { database, experiment, onEvent: showSourceEvent };
    if (args.zeroCost) {
      const report = await zeroCostAgreement(source);
      return json ? printJson(plainJson(report)) : print(zeroCostText(report));
    }
    if (args.csv) return print(lineageCsv(await candidates(source)));
    if (args.statistics) {
      const statistics = await lineageStatistics(source);
      return json ? printJson(plainJson(statistics)) : print(statisticsText(statistics));
    }
    if (args.dot) {
      const { candidates: all, line } = await wholeLineage({ ...source, number });
      return print(lineageDot(all, line));
    }
    const line = await readLineage({ ...source, number });
    if (json) printJson(plainJson(line));
    else print(lineageText(line));
  },
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
