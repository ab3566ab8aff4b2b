/**
 * Probes for the devices that PyTorch can use here, each by a small convolution and its gradient.
 */
import { messageOf, UserError } from '../../core/errors.js';
import type { DeviceReport } from '../engine.js';
import type { PythonChild } from './child.js';
import { startPython } from './python.js';

/** A GPU's first kernels are loaded within it. */
const TIMEOUT_MS = 60_000;

const devices = ['cuda', 'mps', 'cpu'] as const;

export async function probeDevices(): Promise<readonly DeviceReport[]> {
  let child: PythonChild | undefined;
  const reports: DeviceReport[] = [];
  for (const device of devices) {
    // A driver may take the process down: the next device is tried in another one.
    if (child === undefined || child.ended) {
      try {
        child = await startPython();
      } catch (thrown) {
        const { problem, fix } =
          thrown instanceof UserError ? thrown.details : { problem: messageOf(thrown), fix: 'try again' };
        return devices.map((name) => ({ device: name, usable: false, reason: `${problem}; ${fix}` }));
      }
    }
    reports.push(await probeDevice(child, device));
  }
  child?.kill();
  return reports;
}

async function probeDevice(child: PythonChild, device: string): Promise<DeviceReport> {
  const late = setTimeout(() => child.kill(), TIMEOUT_MS);
  try {
    const { header } = await child.request({ kind: 'probe', device });
    return { device, usable: true, reason: String(header['text']) };
  } catch (thrown) {
    const reason = messageOf(thrown).replace(/^PyTorch: \w+Error: /, '');
    const { complaints } = child;
    return { device, usable: false, reason, ...(complaints === '' ? {} : { detail: complaints }) };
  } finally {
    clearTimeout(late);
  }
}
