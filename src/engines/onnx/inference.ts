/**
 * Inference with fixed weights: on the CPU the very model that an export writes, so that its speed is what a user will see.
 */
import { tensor, type TensorMap } from '../../core/tensor.js';
import type { Graph } from '../../ir/graph.js';
import type { Feeds, Inference } from '../engine.js';
import { blockSize } from './block-size.js';
import { encodeGraphAsOnnx } from './encode.js';
import { feedTensors } from './feeds.js';
import { lowerings, portable } from './lowerings/index.js';
import { openModel, valuesOf, type RuntimeOptions } from './runtime.js';

/** Inputs are floats. */
export async function openInference(
  graph: Graph,
  weights: TensorMap,
  options: RuntimeOptions,
): Promise<Inference> {
  const table = options.device === 'cpu' ? portable : lowerings[options.device](await blockSize());
  const model = await openModel(encodeGraphAsOnnx(graph, weights, { table }), { ...options, rewrite: true });
  return {
    run: async (feeds: Feeds) => {
      const results = await model.run(feedTensors(graph.inputs, feeds, []));
      return Object.fromEntries(
        Object.keys(graph.outputs).map((name) => [
          name,
          tensor(results[name]?.dims ?? [], valuesOf(results[name])),
        ]),
      );
    },
    dispose: () => model.release(),
  };
}
