/** `voxolve doctor`: what works on this machine, and why the rest does not. */
import { availableParallelism, totalmem } from 'node:os';
import { cacheSize } from '../../scans/cache/cache-size.js';
import { defaultCacheDirectory } from '../../scans/cache/cache.js';
import { formats } from '../../scans/formats/index.js';
import { findGpus, type Gpu } from '../../workers/gpus.js';
import { defineCommand } from '../command.js';
import { probeEngines } from '../../calibration/engine-choice.js';
import { plural } from '../views/format.js';
import { jsonOption, print, printJson } from '../views/output.js';
import { version } from '../../core/version.js';

export const doctor = defineCommand({
  command: 'doctor',
  describe: 'engines, devices, decoders: what works here and why not',
  builder: (yargs) => yargs.options(jsonOption),
  handler: async (args) => {
    const cache = defaultCacheDirectory();
    const [engines, gpus, kept] = await Promise.all([probeEngines(), findGpus(), cacheSize(cache)]);
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
        gpus: gpus.map(({ index, name, memoryBytes }) => ({
          index,
          name,
          memory_mib: Math.round(memoryBytes / 2 ** 20),
        })),
        engines: engines.map((e) => ({ ...e, devices: e.devices.map((d) => ({ ...d })) })),
        decoders,
        cache: { directory: cache, scans: kept.scans, mib: Math.round(kept.bytes / 2 ** 20) },
      });
      return;
    }
    print(
      `voxolve ${version}, Node ${process.version}, ${machine.platform}, ${machine.cores} cores, ${machine.memory_gib} GiB`,
    );
    print(gpuText(gpus));
    for (const { name, devices } of engines) {
      for (const { device, usable, reason, detail } of devices) {
        print(`engine ${name} on ${device}: ${usable ? 'usable' : 'not usable'}; ${reason}`);
        if (detail !== undefined && args['trace'] === true) print(detail.replace(/^/gm, '  '));
      }
    }
    for (const { name, usable, detail, extensions } of decoders)
      print(`scans: ${name} (${extensions.join(', ')}) ${usable ? 'can' : 'can not'} be read; ${detail}`);
    print(
      `cache: ${cache}, ${plural(kept.scans, 'prepared scan')}, ${(kept.bytes / 2 ** 30).toFixed(1)} GiB; may be deleted while nothing runs`,
    );
  },
});

/** Which GPUs workers would be kept on, in turn. */
function gpuText(gpus: readonly Gpu[]): string {
  if (gpus.length === 0)
    return 'GPUs: nvidia-smi names none that may be used; other makers are reached by webgpu';
  const named = gpus.map(
    ({ index, name, memoryBytes }) => `${index} ${name}, ${Math.round(memoryBytes / 2 ** 30)} GiB`,
  );
  return `GPUs: ${named.join('; ')}; with device cuda or gpu, workers are dealt out over them in turn`;
}
