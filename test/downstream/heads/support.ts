/**
 * A head's graph, run once with given weights.
 */
import type { AnyTensor, TensorMap } from '../../../src/core/tensor.js';
import type { Graph } from '../../../src/ir/graph.js';
import { onnxEngine } from '../../../src/engines/onnx/index.js';

/** All outputs of a graph for one batch; `train`: a graph without gradients. */
export async function runGraph(
  graph: Graph,
  weights: TensorMap,
  feeds: Readonly<Record<string, AnyTensor>>,
  train: Graph = graph,
): Promise<TensorMap> {
  const optimiser = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 } as const;
  const session = await onnxEngine.open({ train, evaluate: graph, optimiser }, { device: 'cpu', threads: 1 });
  try {
    session.load({ weights });
    return await session.evaluate(feeds);
  } finally {
    await session.dispose();
  }
}
