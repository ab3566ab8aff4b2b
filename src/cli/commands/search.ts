/** `voxolve search EXPERIMENT.json --scans DIR --db FILE`: starts a search, or goes on with the same one. */
import { search as startSearch } from '../../api/search.js';
import { devices, engineNames } from '../../api/asked-experiment.js';
import { defineCommand } from '../command.js';
import { hideCredentials } from '../hide-credentials.js';
import { runOnScreen } from '../run-on-screen.js';
import { fleetOptions, outcomesOption, tensorboardOption, workerOptions } from '../shared-options.js';
import { jsonOption } from '../views/output.js';

export const search = defineCommand({
  command: 'search <experiment>',
  describe: 'search architectures as an experiment file says',
  builder: (yargs) =>
    yargs
      .positional('experiment', { type: 'string', demandOption: true, describe: 'experiment file (JSON)' })
      .option('scans', {
        type: 'string',
        describe: 'folder of scans (default: the phantoms of the experiment)',
      })
      .option('manifest', {
        type: 'string',
        describe: 'table (CSV, TSV) that says which scan is whose: path, patient',
      })
      .option('probe', {
        type: 'string',
        describe: 'table of labelled scans to probe features with: path, patient, label or labels',
      })
      .options(outcomesOption)
      .option('db', { type: 'string', describe: 'database to write (default: NAME.db)' })
      .options(workerOptions)
      .options(fleetOptions)
      .options(tensorboardOption)
      .option('engine', { choices: engineNames, describe: 'overrides the experiment' })
      .option('device', { choices: devices, describe: 'overrides the experiment' })
      .option('latency-from', {
        type: 'string',
        describe: 'database whose latency model to take instead of measuring: for the same search elsewhere',
      })
      .option('seed', { type: 'number', describe: 'overrides the experiment' })
      .option('candidates', { type: 'number', describe: 'overrides the experiment' })
      .options(jsonOption),
  handler: (args) => {
    hideCredentials(args.queue);
    const { experiment, scans, manifest, probe, outcomes, db: database, latencyFrom } = args;
    const { tensorboard } = args;
    const { workers, memory, engine, device, seed, candidates } = args;
    const { queue, blobs, mixed, auditShare } = args;
    const source = { experiment, scans, manifest, probe, outcomes, database, latencyFrom, tensorboard };
    const overrides = { workers, memory, engine, device, seed, candidates, queue, blobs, mixed, auditShare };
    return runOnScreen((run) => startSearch({ ...source, ...overrides, ...run }), args.json);
  },
});
