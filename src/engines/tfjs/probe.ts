import type { DeviceReport } from '../engine.js';
import { tfjsDevices } from './packages.js';
export function probeDevices(): Promise<readonly DeviceReport[]> {
  return Promise.resolve(tfjsDevices.map((device) => ({ device, usable: true, reason: 'todo' })));
}
