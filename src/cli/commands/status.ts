/** `voxolve status DB`: how far a search is. Reads only; a running search is not disturbed. */
import { endedByCurve } from '../../store/index.js';
import { auxiliaryText, highestText } from '../views/auxiliary-text.js';
import { comparisonText } from '../views/comparison.js';
import { defineCommand } from '../command.js';
import { recordedReason } from '../../calibration/engine-choice.js';
import { percent, plural, si, table } from '../views/format.js';
import { experimentOption, withExperiment } from '../../api/open-experiment.js';
import { jsonOption, print, printJson } from '../views/output.js';
import { paretoFront, type FrontMember } from '../../api/reading/pareto-front.js';
import { currentSummary } from '../../api/reading/search-state.js';
import { statusJson } from '../views/status-json.js';
import { latencyLimit, latencyText, storedLatencyModel } from '../../api/stored-latency.js';

export const status = defineCommand({
  command: 'status <db>',
  describe: 'how far a search is',
  builder: (yargs) =>
    yargs
      .positional('db', { type: 'string', demandOption: true, describe: 'database of the search' })
      .options(experimentOption)
      .options(jsonOption),
  handler: (args) =>
    withExperiment(args.db, args.experiment, (store, row) => {
      if (args.json) return printJson(statusJson(store, row));
      const ended = endedByCurve(store, row.id);
      const { candidates, best, medianOfFirstTen, diverged, state } = currentSummary(store, row);
      print(
        `${row.name}: ${row.task} over ${row.space} by ${row.strategy}, seed ${row.seed}, ${row.engine} on ${row.device}`,
      );
      if (row.engineChoice != null) print(`engine: ${row.engine} on ${row.device} (${recordedReason(row)})`);
      const limit = latencyLimit(row);
      const latency = storedLatencyModel(row, args.db);
      if (limit !== undefined && latency !== undefined) print(latencyText(limit, latency));
      print(
        `candidates: ${candidates.done} done of ${row.candidates}; ${candidates.running} running, ` +
          `${candidates.pending} pending, ${candidates.failed} failed, ${candidates.infeasible} infeasible, ${diverged} diverged` +
          (ended > 0 ? `, ${ended} ended early by their curves` : ''),
      );
      if (state === 'stopped') print(`stopped; voxolve resume ${args.db} goes on`);
      if (best === null) return print(`highest score: none yet; chance ${percent(row.chance)}`);
      const median =
        medianOfFirstTen === null ? '' : `, median of the first ten ${percent(medianOfFirstTen)}`;
      print(`${highestText(row, best)}; chance ${percent(row.chance)}${median}`);
      const front = paretoFront(store, row);
      if (front !== null) print(frontText(front));
      for (const text of auxiliaryText(store, row)) print(text);
      const others = comparisonText(store, row);
      if (others !== null) print(others);
    }),
});

function frontText(front: readonly FrontMember[]): string {
  const rows = front.map(({ number, score, params, macs }) => [
    number,
    percent(score),
    si(params ?? 0),
    si(macs ?? 0),
  ]);
  const title = `${plural(front.length, 'candidate')} that no other beats in everything:`;
  return `${title}\n${table(['candidate', 'score', 'parameters', 'MACs'], rows)}`;
}
