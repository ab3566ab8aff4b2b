/** `voxolve lineage DB [NUMBER]`: a candidate's ancestors, with what each mutation changed and gained. */
import { UserError } from '../../core/errors.js';
import { ancestry, summarise, type Experiment, type Store } from '../../store/index.js';
import { defineCommand } from '../command.js';
import { lineageText } from '../lineage-text.js';
import { experimentOption, withExperiment } from '../opened.js';
import { jsonOption, print, printJson } from '../output.js';

export const lineage = defineCommand({
  command: 'lineage <db> [number]',
  describe: "a candidate's ancestry with each mutation's gain",
  builder: (yargs) =>
    yargs
      .positional('db', { type: 'string', demandOption: true, describe: 'database of the search' })
      .positional('number', { type: 'number', describe: 'candidate (default: the best)' })
      .options(experimentOption)
      .options(jsonOption),
  handler: (args) =>
    withExperiment(args.db, args.experiment, (store, row) => {
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
      if (args.json)
        printJson(
          line.map((ancestor) => ({ ...ancestor, mutations: ancestor.mutations.map((m) => ({ ...m })) })),
        );
      else print(lineageText(line));
    }),
});

/** The number of the best candidate; `UserError` before the first score. */
export function bestNumber(store: Store, row: Experiment): number {
  const { best } = summarise(store, row.id);
  if (best !== null) return best.number;
  throw new UserError({
    subject: store.path,
    problem: `experiment ${row.name} has no scored candidate yet`,
    fix: 'continue it with voxolve resume',
  });
}
