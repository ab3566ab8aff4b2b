/** `voxolve doctor`: what works on this machine, and why the rest does not. */
import { availableParallelism, totalmem } from 'node:os';
import { formats } from '../../scans/formats/index.js';
import { defineCommand } from '../command.js';
import { probeEngines } from '../engine-choice.js';
import { jsonOption, print, printJson } from '../output.js';
import { version } from '../version.js';

export const doctor = defineCommand({
  command: 'doctor',
  describe: 'engines, devices, decoders: what works here and why not',
  builder: (yargs) => yargs.options(jsonOption),
  handler: async (args) => {
    const engines = await probeEngines();
    const decoders = await Promise.all(
      formats.map(async (format) => {
        const { name, extensions } = format;
        const { usable, detail } = (await format.probe?.()) ?? { usable: true, detail: 'built in' };
        return { name, usable, detail, extensions: [...extensions] };
      }),
    );
    const machine = {
      voxolve: version,
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      cores: availableParallelism(),
      memory_gib: Math.round(totalmem() / 2 ** 30),
    };
    if (args.json) {
      printJson({
        ...machine,
        engines: engines.map((e) => ({ ...e, devices: e.devices.map((d) => ({ ...d })) })),
        decoders,
      });
      return;
    }
    print(
      `voxolve ${version}, Node ${process.version}, ${machine.platform}, ${machine.cores} cores, ${machine.memory_gib} GiB`,
    );
    for (const { name, devices } of engines) {
      for (const { device, usable, reason, detail } of devices) {
        print(`engine ${name} on ${device}: ${usable ? 'usable' : 'not usable'}; ${reason}`);
        if (detail !== undefined && args['trace'] === true) print(detail.replace(/^/gm, '  '));
      }
    }
    for (const { name, usable, detail, extensions } of decoders)
      print(`scans: ${name} (${extensions.join(', ')}) ${usable ? 'can' : 'can not'} be read; ${detail}`);
  },
});
