/**
 * The machine, as `voxolve doctor` sees it: which engines and devices work, on which the other parts depend.
 */
import { doctor as examine } from '../../src/api/doctor.js';
import type { Json } from '../../src/core/json.js';
import type { Part } from './part.js';

export const doctor: Part = async ({ device }) => {
  const { version, node, platform, cores, gpus, engines } = await examine();
  const reports = engines.flatMap(({ name, devices }) =>
    devices.map((report) => ({ engine: name, ...report })),
  );
  const ours = reports.find((report) => report.engine === 'torch' && report.device === device);
  const named = gpus.map(({ name, memoryBytes }) => `${name}, ${Math.round(memoryBytes / 2 ** 30)} GiB`);
  return {
    status: ours?.usable === true ? 'passed' : 'failed',
    says: `torch/${device}: ${ours?.reason ?? 'no such device'}; ${named.join('; ') || 'nvidia-smi names no GPU'}`,
    figures: {
      ...{ voxolve: version, node, platform, cores, gpus: named },
      devices: reports.map(({ engine, device: name, usable, reason }): Json => {
        return { engine, device: name, usable, reason };
      }),
    },
  };
};
