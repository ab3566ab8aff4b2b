/**
 * The default engine: a whole training step is one ONNX graph, run by ONNX Runtime.
 */
import { UserError, messageOf } from '../../core/errors.js';
import type { Engine, EngineOptions, TrainingProgram } from '../engine.js';
import { requirePrecision } from '../precision.js';
import { withFrozen } from '../rates.js';
import { evaluationGraph, groupsOf, trainingGraph } from '../training-graph.js';
import { blockSize } from './block-size.js';
import { inferenceModel } from './inference-model.js';
import { openInference } from './inference.js';
import { lowerings, type OnnxDevice } from './lowerings/index.js';
import { probeDevices } from './probe.js';
import { openModel } from './runtime.js';
import { OnnxSession } from './session.js';
import { trainModel, zeroFeeds } from './train-model.js';

export { encodeGraphAsOnnx } from './encode.js';
export { runGraph } from './run-graph.js';

export const onnxEngine: Engine = {
  name: 'onnx',
  open: openSession,
  openInference: (graph, weights, options) =>
    new Promise((resolve) => {
      requirePrecision(onnxEngine, options);
      const { device, threads } = options;
      resolve(openInference(graph, weights, { device: deviceOf(device), threads }));
    }),
  probe: probeDevices,
};

async function openSession(given: TrainingProgram, options: EngineOptions): Promise<OnnxSession> {
  const program = withFrozen(given);
  const device = deviceOf(options.device);
  requirePrecision(onnxEngine, options);
  const { threads, spin = false } = options;
  const groups = groupsOf(program);
  const step = trainingGraph(program, groups);
  const table = lowerings[device](await blockSize());
  const open = (model: Uint8Array) => openModel(model, { device, threads, spin });
  try {
    const train = await open(trainModel(step, table, device === 'cpu'));
    const evaluate = await open(inferenceModel(evaluationGraph(program, groups), table));
    // A profile holds every node of every step: one step is enough to see what runs where.
    if (device !== 'cpu') await train.run(zeroFeeds(step));
    return new OnnxSession({ program, groups, step, train, evaluate });
  } catch (cause) {
    if (device === 'cpu' || cause instanceof UserError) throw cause;
    throw new UserError(
      {
        subject: `device ${device}`,
        problem: `must run the network, and does not: ${messageOf(cause)}`,
        fix: 'see `voxolve doctor`, or choose --device cpu',
      },
      { cause },
    );
  }
}

function deviceOf(name: string): OnnxDevice {
  if (name in lowerings) return name as OnnxDevice;
  throw new UserError({
    subject: `device ${name}`,
    problem: `must be one of ${Object.keys(lowerings).join(', ')} for the onnx engine`,
    fix: 'choose one of these with --device',
  });
}
