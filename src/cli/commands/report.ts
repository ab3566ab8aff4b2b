/** `voxolve report DB -o FILE.html`: a search in one file that can be passed on. Reads only; a running search is not disturbed. */
import { writeReport } from '../../dashboard/index.js';
import { defineCommand } from '../command.js';
import { experimentOption } from '../shared-options.js';
import { showSourceEvent } from '../views/event-text.js';
import { jsonOption, note, print, printJson } from '../views/output.js';

export const report = defineCommand({
  command: 'report <db>',
  describe: 'a search as one file for the browser, for printing and passing on',
  builder: (yargs) =>
    yargs
      .positional('db', { type: 'string', demandOption: true, describe: 'database of the search' })
      .option('output', { alias: 'o', type: 'string', demandOption: true, describe: 'file to write (HTML)' })
      .option('again', { type: 'boolean', default: false, describe: 'write anew a file that is there' })
      .options(experimentOption)
      .options(jsonOption),
  handler: async ({ db: database, experiment, output, again, json }) => {
    const { bytes, leftOut } = await writeReport({
      database,
      experiment,
      output,
      again,
      onEvent: showSourceEvent,
    });
    if (leftOut !== null) note(`note: pages of candidates are left out: ${leftOut}`);
    if (json) return printJson({ file: output, bytes });
    print(`report of ${Math.ceil(bytes / 1000)} kB written to ${output}`);
  },
});
