/**
 * The independent engine: graphs interpreted with TensorFlow.js, whose tape gives the gradients.
 */
import { UserError } from '../../core/errors.js';
import type { Engine, EngineOptions } from '../engine.js';
import { requirePrecision } from '../precision.js';
import { loadTensorFlow, tfjsDevices, type Loaded, type TfjsDevice } from './packages.js';
import { probeDevices } from './probe.js';
import { TfjsSession } from './session.js';

/** A session needs an optimiser, also where it only evaluates. */
const NEVER_STEPPED = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 } as const;

export const tfjsEngine: Engine = {
  name: 'tfjs',
  open: (program, options) => new Promise((resolve) => resolve(new TfjsSession(loaded(options), program))),
  openInference: (graph, weights, options) =>
    new Promise((resolve) => {
      const program = { train: graph, evaluate: graph, optimiser: NEVER_STEPPED };
      const session = new TfjsSession(loaded(options), program);
      session.load({ weights });
      resolve({ run: (feeds) => session.evaluate(feeds), dispose: () => session.dispose() });
    }),
  probe: probeDevices,
};

function loaded(options: EngineOptions): Loaded {
  const device = deviceOf(options.device);
  requirePrecision(tfjsEngine, options);
  return loadTensorFlow(device, options.threads);
}

function deviceOf(name: string): TfjsDevice {
  const device = tfjsDevices.find((known) => known === name);
  if (device !== undefined) return device;
  throw new UserError({
    subject: `device ${name}`,
    problem: `must be one of ${tfjsDevices.join(', ')} for the tfjs engine`,
    fix: 'choose one of these with --device',
  });
}
