/** `voxolve dashboard DB…`: a page that follows searches while they run. Reads only; a process of its own. */
import { constants, setPriority } from 'node:os';
import { UserError } from '../../core/errors.js';
import { isLoopback, serveDashboard } from '../../dashboard/index.js';
import { defineCommand } from '../command.js';
import { interruptible } from '../interrupt.js';
import { jsonOption, note, print } from '../views/output.js';

export const dashboard = defineCommand({
  command: 'dashboard <db..>',
  describe: 'a page in the browser that follows searches',
  builder: (yargs) =>
    yargs
      .positional('db', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'databases of the searches',
      })
      .option('port', { type: 'number', default: 0, describe: 'port to listen on; 0: any that is free' })
      .option('host', {
        type: 'string',
        default: '127.0.0.1',
        describe: 'address to listen on; other than loopback, other machines reach the page',
      })
      .options(jsonOption),
  handler: async ({ db: databases, port, host, json }) => {
    requirePort(port);
    const served = await serveDashboard({ databases, port, host });
    // The search comes first where both want the same processor.
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
    await interruptible(
      () => note('closing'),
      async ({ signal, begin }) => {
        begin();
        for (const remark of served.remarks) note(`note: ${remark}`);
        if (!isLoopback(host)) note(exposure(host));
        print(json ? JSON.stringify({ url: served.url }) : `open ${served.url}`);
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        await served.close();
      },
    );
  },
});

function requirePort(port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return;
  throw new UserError({
    subject: '--port',
    problem: `must be a whole number from 0 to 65535, not ${port}`,
    fix: 'give another, or none for any that is free',
  });
}

function exposure(host: string): string {
  return `warning: --host ${host} lets every machine that reaches this one and has the link read names, results and pictures of scans, over a connection that is not encrypted`;
}
