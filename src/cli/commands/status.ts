/** `voxolve status DB`: how far a search is. Reads only; a running search is not disturbed. */
import { status as readStatus } from '../../api/status.js';
import { defineCommand } from '../command.js';
import { experimentOption } from '../shared-options.js';
import { showSourceEvent } from '../views/event-text.js';
import { jsonOption, print, printJson } from '../views/output.js';
import { statusJson } from '../views/status-json.js';
import { statusText } from '../views/status-text.js';

export const status = defineCommand({
  command: 'status <db>',
  describe: 'how far a search is',
  builder: (yargs) =>
    yargs
      .positional('db', { type: 'string', demandOption: true, describe: 'database of the search' })
      .options(experimentOption)
      .options(jsonOption),
  handler: async ({ db: database, experiment, json }) => {
    const state = await readStatus({ database, experiment, onEvent: showSourceEvent });
    if (json) return printJson(statusJson(state));
    print(statusText(state));
  },
});
