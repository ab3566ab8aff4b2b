/** `voxolve verify DB`: derives every decision of a search anew from its log, without training. */
import { defineCommand } from '../command.js';
import { plural } from '../views/format.js';
import { experimentOption, preparedFrom, withExperiment } from '../../api/open-experiment.js';
import { jsonOption, note, print, printJson } from '../views/output.js';
import { requireCodeOf, verifyPrepared } from '../../api/resume-guards.js';

export const verify = defineCommand({
  command: 'verify <db>',
  describe: 're-derive every decision from the log, without training',
  builder: (yargs) =>
    yargs
      .positional('db', { type: 'string', demandOption: true, describe: 'database of the search' })
      .options(experimentOption)
      .options(jsonOption),
  handler: (args) =>
    withExperiment(args.db, args.experiment, async (store, row) => {
      const resolved = await preparedFrom(row, args.db);
      requireCodeOf(row, resolved);
      const { checked, discrepancies } = verifyPrepared(store, row, resolved);
      if (args.json) printJson({ checked, discrepancies: discrepancies.map((found) => ({ ...found })) });
      for (const { candidate, what, expected, found } of discrepancies) {
        note(
          `candidate ${candidate}: ${what} is ${JSON.stringify(found)}, but the log gives ${JSON.stringify(expected)}`,
        );
      }
      if (discrepancies.length > 0) process.exitCode = 1;
      else if (!args.json) print(`${row.name}: ${plural(checked, 'decision')} derived anew, all as recorded`);
    }),
});
