/**
 * Runs any graph once, with parameters from a map; and the gradients of its loss by PyTorch. For tests.
 */
import type { TensorMap } from '../../core/tensor.js';
import type { Graph } from '../../ir/graph.js';
import type { Feeds } from '../engine.js';
import { openSession } from './index.js';

const OPTIONS = { device: 'cpu', threads: 1 } as const;
const NEVER_STEPPED = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 } as const;

/** All outputs of the graph by name. `asOnGpu`: in the ways of a GPU. */
export async function runGraph(
  graph: Graph,
  weights: TensorMap,
  feeds: Feeds,
  asOnGpu = false,
): Promise<TensorMap> {
  const program = { train: graph, evaluate: graph, optimiser: NEVER_STEPPED };
  const session = await openSession(program, OPTIONS, false, asOnGpu);
  session.load({ weights });
  const outputs = await session.evaluate(feeds);
  await session.dispose();
  return outputs;
}

/** The gradient of the output `loss` for each trainable parameter. */
export async function lossGradients(
  graph: Graph,
  weights: TensorMap,
  feeds: Feeds,
  asOnGpu = false,
): Promise<TensorMap> {
  const program = { train: graph, evaluate: graph, optimiser: NEVER_STEPPED };
  const session = await openSession(program, OPTIONS, true, asOnGpu);
  session.load({ weights });
  const gradients = await session.gradients(feeds);
  await session.dispose();
  return gradients;
}
