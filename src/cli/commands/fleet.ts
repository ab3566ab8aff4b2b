/** `voxolve fleet --queue URL [DB]`: who works on what, and who waits for whom. */
import { fleet as lookAtFleet } from '../../api/fleet.js';
import { UserError } from '../../core/errors.js';
import { defineCommand } from '../command.js';
import { hideCredentials } from '../hide-credentials.js';
import { experimentOption } from '../shared-options.js';
import { fleetJson, fleetText } from '../views/fleet/survey-text.js';
import { jsonOption, print, printJson } from '../views/output.js';

export const fleet = defineCommand({
  command: 'fleet [db]',
  describe: 'who works on what in a queue, and who waits for whom; pause, go on, drain',
  builder: (yargs) =>
    yargs
      .positional('db', { type: 'string', describe: 'database of the only search to look at' })
      .options(experimentOption)
      .option('queue', { type: 'string', demandOption: true, describe: 'address of the queue' })
      .option('pause', { type: 'boolean', default: false, describe: 'let workers take nothing new' })
      .option('go-on', { type: 'boolean', default: false, describe: 'let workers go on after --pause' })
      .option('drain', {
        type: 'string',
        describe: 'let the worker of this name, or all, finish what it does and end',
      })
      .options(jsonOption),
  handler: async ({ queue, db: database, experiment, pause, goOn, drain, json }) => {
    hideCredentials(queue);
    if (pause && goOn)
      throw new UserError({ subject: '--pause', problem: 'contradicts --go-on', fix: 'give one of them' });
    const paused = pause ? true : goOn ? false : undefined;
    const survey = await lookAtFleet({ queue, database, experiment, paused, drain });
    if (json) return printJson(fleetJson(survey));
    print(fleetText(survey));
  },
});
