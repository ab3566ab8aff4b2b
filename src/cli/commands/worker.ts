/** `voxolve worker --queue URL --blobs DIR`: trains candidates of searches that other machines lead. */
import { devices } from '../../api/asked-experiment.js';
import { worker as startWorker } from '../../api/worker.js';
import { defineCommand } from '../command.js';
import { hideCredentials } from '../hide-credentials.js';
import { interruptible } from '../interrupt.js';
import { workerLine } from '../views/fleet/fleet-text.js';
import { note } from '../views/output.js';

export const worker = defineCommand({
  command: 'worker',
  describe: 'train candidates of searches that other machines lead',
  builder: (yargs) =>
    yargs
      .option('queue', {
        type: 'string',
        demandOption: true,
        describe: 'address of the queue: redis://host:6379, or rediss:// for TLS',
      })
      .option('blobs', {
        type: 'string',
        demandOption: true,
        describe: 'folder or s3://bucket/prefix that all machines reach',
      })
      .option('slots', {
        type: 'number',
        describe: 'candidates trained at once (default: as many as the cores carry)',
      })
      .option('device', { choices: devices, describe: 'take no search on another device' })
      .option('memory', {
        type: 'number',
        describe: 'MiB that candidates may take together (default: four fifths of what is free)',
      })
      .option('scans', {
        type: 'string',
        describe: 'folder with the scans of the search on this machine, which then need not be fetched',
      })
      .option('disk', { type: 'number', describe: 'GiB of disk for fetched scans (default: 50)' })
      .option('name', { type: 'string', describe: 'name to be shown by (default: that of the machine)' })
      .option('lock', {
        type: 'number',
        describe: 'seconds without a sign of life after which others take over (default: 5)',
      })
      .option('checkpoint-every', {
        type: 'number',
        describe: 'seconds between checkpoints, from which others go on (default: 30)',
      })
      .option('once', { type: 'boolean', default: false, describe: 'end with the search that is served' }),
  handler: async ({ queue, blobs, device, ...rest }) => {
    const { slots, memory, scans, disk, name, lock, checkpointEvery, once } = rest;
    hideCredentials(queue);
    await interruptible(
      () => note('handing back what is under way (press Ctrl-C again to leave at once)'),
      ({ signal, begin }) => {
        begin();
        const onEvent = (event: Parameters<typeof workerLine>[0]): void => note(workerLine(event));
        const named = device === 'auto' ? undefined : device;
        const options = { slots, device: named, memory, scans, disk, name, lock, checkpointEvery, once };
        return startWorker({ queue, blobs, ...options, signal, onEvent });
      },
    );
  },
});
