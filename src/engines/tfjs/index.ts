/**
 * The independent engine: graphs interpreted with TensorFlow.js, whose tape gives the gradients.
 */
import { UserError } from '../../core/errors.js';
import type { Engine } from '../engine.js';
import { loadTensorFlow, tfjsDevices, type TfjsDevice } from './packages.js';
import { probeDevices } from './probe.js';
import { TfjsSession } from './session.js';

export const tfjsEngine: Engine = {
  name: 'tfjs',
  open: (program, { device, threads }) =>
    new Promise((resolve) => resolve(new TfjsSession(loadTensorFlow(deviceOf(device), threads), program))),
  probe: probeDevices,
};

function deviceOf(name: string): TfjsDevice {
  const device = tfjsDevices.find((known) => known === name);
  if (device !== undefined) return device;
  throw new UserError({
    subject: `device ${name}`,
    problem: `must be one of ${tfjsDevices.join(', ')} for the tfjs engine`,
    fix: 'choose one of these with --device',
  });
}
