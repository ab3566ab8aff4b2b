/** `voxolve resume DB`: goes on with a search that was interrupted, or extends a finished one. */
import { resume as resumeSearch } from '../../api/resume.js';
import { defineCommand } from '../command.js';
import { hideCredentials } from '../hide-credentials.js';
import { runOnScreen } from '../run-on-screen.js';
import { experimentOption, fleetOptions, tensorboardOption, workerOptions } from '../shared-options.js';
import { jsonOption } from '../views/output.js';

export const resume = defineCommand({
  command: 'resume <db>',
  describe: 'continue a search, or extend it with --candidates',
  builder: (yargs) =>
    yargs
      .positional('db', { type: 'string', demandOption: true, describe: 'database of the search' })
      .options(experimentOption)
      .option('candidates', { type: 'number', describe: 'new total number of candidates' })
      .option('scans', { type: 'string', describe: 'where the scans lie now, if they were moved' })
      .option('probe', { type: 'string', describe: 'where the table of labelled scans lies now' })
      .option('outcomes', {
        type: 'string',
        describe: 'where the table of outcomes that candidates are scored by lies now',
      })
      .options(workerOptions)
      .options(fleetOptions)
      .options(tensorboardOption)
      .options(jsonOption),
  handler: (args) => {
    hideCredentials(args.queue);
    const { db: database, experiment, candidates, scans, probe, outcomes, workers, memory } = args;
    const { queue, blobs, mixed, auditShare, tensorboard } = args;
    const options = {
      database,
      experiment,
      candidates,
      scans,
      probe,
      outcomes,
      workers,
      memory,
      queue,
      blobs,
      mixed,
      auditShare,
      tensorboard,
    };
    return runOnScreen((run) => resumeSearch({ ...options, ...run }), args.json);
  },
});
