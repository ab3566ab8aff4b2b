/** `voxolve doctor`: what works on this machine, and why the rest does not. */
import { doctor as examine, type DoctorReport } from '../../api/doctor.js';
import { defineCommand } from '../command.js';
import { plural } from '../views/format.js';
import { jsonOption, print, printJson } from '../views/output.js';

export const doctor = defineCommand({
  command: 'doctor',
  describe: 'engines, devices, decoders: what works here and why not',
  builder: (yargs) => yargs.options(jsonOption),
  handler: async (args) => {
    const report = await examine();
    if (args.json) show(report);
    else print(doctorLines(report, args['trace'] === true).join('\n'));
  },
});

const gibibytes = (bytes: number): number => Math.round(bytes / 2 ** 30);
const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

function show({ version, memoryBytes, gpus, engines, decoders, cache, ...machine }: DoctorReport): void {
  const { node, platform, cores } = machine;
  printJson({
    voxolve: version,
    node,
    platform,
    cores,
    memory_gib: gibibytes(memoryBytes),
    gpus: gpus.map(({ index, name, memoryBytes: own }) => ({ index, name, memory_mib: mebibytes(own) })),
    engines: engines.map((engine) => ({
      ...engine,
      devices: engine.devices.map((device) => ({ ...device })),
    })),
    decoders: decoders.map((decoder) => ({ ...decoder, extensions: [...decoder.extensions] })),
    cache: { directory: cache.directory, scans: cache.scans, mib: mebibytes(cache.bytes) },
  });
}

/** `trace`: with the details of what cannot be used. */
function doctorLines(report: DoctorReport, trace: boolean): readonly string[] {
  const { version, node, platform, cores, memoryBytes, gpus, engines, decoders, cache } = report;
  return [
    `voxolve ${version}, Node ${node}, ${platform}, ${cores} cores, ${gibibytes(memoryBytes)} GiB`,
    gpuText(gpus),
    ...engines.flatMap(({ name, devices }) =>
      devices.flatMap(({ device, usable, reason, detail }) => [
        `engine ${name} on ${device}: ${usable ? 'usable' : 'not usable'}; ${reason}`,
        ...(detail !== undefined && trace ? [detail.replace(/^/gm, '  ')] : []),
      ]),
    ),
    ...decoders.map(
      ({ name, usable, detail, extensions }) =>
        `scans: ${name} (${extensions.join(', ')}) ${usable ? 'can' : 'can not'} be read; ${detail}`,
    ),
    `cache: ${cache.directory}, ${plural(cache.scans, 'prepared scan')}, ${(cache.bytes / 2 ** 30).toFixed(1)} GiB; may be deleted while nothing runs`,
  ];
}

/** The GPUs that workers would be dealt out over. */
function gpuText(gpus: DoctorReport['gpus']): string {
  if (gpus.length === 0)
    return 'GPUs: nvidia-smi names none that may be used; other makers are reached by webgpu';
  const named = gpus.map(
    ({ index, name, memoryBytes }) => `${index} ${name}, ${Math.round(memoryBytes / 2 ** 30)} GiB`,
  );
  return `GPUs: ${named.join('; ')}; with device cuda or gpu, workers are dealt out over them in turn`;
}
