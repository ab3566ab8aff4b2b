/**
 * The engine for machines that have PyTorch: graphs interpreted in a Python process, whose autograd gives the gradients.
 */
import { UserError } from '../../core/errors.js';
import {
  precisions,
  type Engine,
  type EngineOptions,
  type Precision,
  type TrainingProgram,
} from '../engine.js';
import { requirePrecision } from '../precision.js';
import { withFrozen } from '../rates.js';
import { momentNames } from '../optimisers.js';
import { groupsOf, type Groups } from '../training-graph.js';
import { constantsOf, graphJson } from './graph-json.js';
import { probeDevices } from './probe.js';
import { sharedPython } from './python.js';
import { TorchSession } from './session.js';

export const torchDevices = ['cuda', 'mps', 'cpu'] as const;
export type TorchDevice = (typeof torchDevices)[number];

const offered: Partial<Record<TorchDevice, readonly Precision[]>> = {
  cuda: precisions,
  cpu: ['float32', 'bfloat16'],
};

/** A session needs an optimiser, also where it only evaluates. */
const NEVER_STEPPED = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 } as const;

export const torchEngine: Engine = {
  name: 'torch',
  precisions: (device) => offered[device as TorchDevice] ?? ['float32'],
  open: (program, options) => openSession(withFrozen(program), options, true),
  openInference: async (graph, weights, options) => {
    const program = { train: graph, evaluate: graph, optimiser: NEVER_STEPPED };
    const session = await openSession(program, options, false);
    session.load({ weights });
    return { run: (feeds) => session.evaluate(feeds), dispose: () => session.dispose() };
  },
  probe: probeDevices,
};

let sessions = 0;

/** `trained`: false where steps are never taken. `asOnGpu`: the ways of a GPU, for tests without one. */
export async function openSession(
  program: TrainingProgram,
  { device, threads, precision = 'float32' }: EngineOptions,
  trained: boolean,
  asOnGpu = false,
): Promise<TorchSession> {
  const known = deviceOf(device);
  requirePrecision(torchEngine, { device: known, precision });
  const groups = groupsOf(program);
  const child = await sharedPython();
  sessions += 1;
  const id = sessions;
  const { train, evaluate, optimiser, clipNorm } = program;
  const header = {
    kind: 'open',
    session: id,
    device: known,
    threads,
    precision,
    asOnGpu,
    ...packedJson(groups),
    optimiser,
    moments: momentNames(optimiser),
    clipNorm: clipNorm ?? null,
    train: trained ? graphJson(train) : null,
    evaluate: graphJson(evaluate),
  };
  const constants = { ...(trained ? constantsOf('train', train) : {}), ...constantsOf('evaluate', evaluate) };
  await child.request(header, constants);
  return new TorchSession({ child, id, program, groups });
}

/** Where each parameter stands in the vectors. */
function packedJson({ weights, states }: Groups) {
  const slots = (packing: Groups['states']) =>
    packing.slots.map((slot) => ({ ...slot, size: slot.shape.reduce((product, n) => product * n, 1) }));
  return {
    groups: weights.map(({ packing, ...group }) => ({ ...group, slots: slots(packing) })),
    states: slots(states),
  };
}

function deviceOf(name: string): TorchDevice {
  const device = torchDevices.find((known) => known === name);
  if (device !== undefined) return device;
  throw new UserError({
    subject: `device ${name}`,
    problem: `must be one of ${torchDevices.join(', ')} for the torch engine`,
    fix: 'choose one of these with --device',
  });
}
