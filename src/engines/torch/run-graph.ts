/**
 * Runs any graph once, with parameters from a map; and the gradients of its loss by PyTorch. For tests and checks.
 */
import type { TensorMap } from '../../core/tensor.js';
import type { Graph } from '../../ir/graph.js';
import type { Feeds } from '../engine.js';
import { openSession } from './index.js';
import type { TorchSession } from './session.js';

export interface RunPlace {
  /** The CPU by default. */
  readonly device?: string;
  /** In the ways of a GPU, for tests without one. */
  readonly asOnGpu?: boolean;
}

type Run = (graph: Graph, weights: TensorMap, feeds: Feeds, place?: RunPlace) => Promise<TensorMap>;

/** All outputs of the graph by name. */
export const runGraph: Run = (graph, weights, feeds, place) =>
  once({ graph, weights, place, trained: false }, (session) => session.evaluate(feeds));

/** The gradient of the output `loss` for each trainable parameter. */
export const lossGradients: Run = (graph, weights, feeds, place) =>
  once({ graph, weights, place, trained: true }, (session) => session.gradients(feeds));

const NEVER_STEPPED = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 } as const;

interface Asked {
  readonly graph: Graph;
  readonly weights: TensorMap;
  readonly place: RunPlace | undefined;
  readonly trained: boolean;
}

async function once(
  { graph, weights, place, trained }: Asked,
  use: (session: TorchSession) => Promise<TensorMap>,
): Promise<TensorMap> {
  const { device = 'cpu', asOnGpu = false } = place ?? {};
  const program = { train: graph, evaluate: graph, optimiser: NEVER_STEPPED };
  const session = await openSession(program, { device, threads: 1 }, trained, asOnGpu);
  try {
    session.load({ weights });
    return await use(session);
  } finally {
    await session.dispose();
  }
}
