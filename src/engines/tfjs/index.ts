/**
 * The independent engine: graphs interpreted with TensorFlow.js, whose tape gives the gradients.
 */
import { UserError } from '../../core/errors.js';
import type { Engine } from '../engine.js';
import { loadTensorFlow, tfjsDevices, type TfjsDevice } from './packages.js';
import { probeDevices } from './probe.js';
import { TfjsSession } from './session.js';

/** A session needs an optimiser, also where it only evaluates. */
const NEVER_STEPPED = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 } as const;

export const tfjsEngine: Engine = {
  name: 'tfjs',
  open: (program, { device, threads }) =>
    new Promise((resolve) => resolve(new TfjsSession(loadTensorFlow(deviceOf(device), threads), program))),
  openInference: (graph, weights, { device, threads }) =>
    new Promise((resolve) => {
      const program = { train: graph, evaluate: graph, optimiser: NEVER_STEPPED };
      const session = new TfjsSession(loadTensorFlow(deviceOf(device), threads), program);
      session.load({ weights });
      resolve({ run: (feeds) => session.evaluate(feeds), dispose: () => session.dispose() });
    }),
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
