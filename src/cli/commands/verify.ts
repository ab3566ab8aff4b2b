/** `voxolve verify DB`: derives every decision of a search anew from its log, without training. */
import { verify as verifySearch } from '../../api/verify.js';
import { defineCommand } from '../command.js';
import { experimentOption } from '../shared-options.js';
import { showSourceEvent } from '../views/event-text.js';
import { plural } from '../views/format.js';
import { outsideText } from '../views/downstream/objective-text.js';
import { jsonOption, note, print, printJson } from '../views/output.js';

export const verify = defineCommand({
  command: 'verify <db>',
  describe: 're-derive every decision from the log, without training',
  builder: (yargs) =>
    yargs
      .positional('db', { type: 'string', demandOption: true, describe: 'database of the search' })
      .options(experimentOption)
      .options(jsonOption),
  handler: async ({ db: database, experiment: asked, json }) => {
    const source = { database, experiment: asked, onEvent: showSourceEvent };
    const { experiment, checked, discrepancies, objective } = await verifySearch(source);
    if (json) {
      printJson({
        checked,
        discrepancies: discrepancies.map((found) => ({ ...found })),
        ...(objective === undefined ? {} : { objective: { ...objective } }),
      });
    }
    for (const { candidate, what, expected, found } of discrepancies) {
      note(
        `candidate ${candidate}: ${what} is ${JSON.stringify(found)}, but the log gives ${JSON.stringify(expected)}`,
      );
    }
    for (const problem of objective?.problems ?? []) note(`objective: ${problem}`);
    if (discrepancies.length > 0 || (objective?.problems.length ?? 0) > 0) process.exitCode = 1;
    else if (!json) {
      print(`${experiment}: ${plural(checked, 'decision')} derived anew, all as recorded`);
      if (objective !== undefined) print(outsideText(objective));
    }
  },
});
