/**
 * Runs any graph once, with parameters from a map. For tests, parity checks and one-off inference.
 */
import { tensor, type TensorMap } from '../../core/tensor.js';
import type { Graph } from '../../ir/graph.js';
import type { Feeds } from '../engine.js';
import { blockSize } from './block-size.js';
import { feedTensors } from './feeds.js';
import { inferenceModel, OUTPUT } from './inference-model.js';
import { lowerings } from './lowerings/index.js';
import type { Lowerings } from './lowerings/lowering.js';
import { floats, openModel, valuesOf, type RuntimeOptions } from './runtime.js';

/** All outputs of the graph by name; integers and booleans come back as floats. `table`: not the device's own. */
export async function runGraph(
  graph: Graph,
  weights: TensorMap,
  feeds: Feeds,
  options: RuntimeOptions = { device: 'cpu', threads: 1 },
  table?: Lowerings,
): Promise<TensorMap> {
  const chosen = table ?? lowerings[options.device](await blockSize());
  const session = await openModel(inferenceModel(graph, chosen), options);
  try {
    const tensors = feedTensors(graph.inputs, feeds, []);
    for (const { name, shape } of graph.parameters) {
      const value = weights[name];
      if (!value) throw new Error(`no weights named ${name}`);
      tensors[name] = floats(value.data, shape);
    }
    const results = await session.run(tensors);
    return Object.fromEntries(
      Object.keys(graph.outputs).map((name) => {
        const value = results[OUTPUT + name];
        return [name, tensor(value?.dims ?? [], valuesOf(value))];
      }),
    );
  } finally {
    await session.release();
  }
}
