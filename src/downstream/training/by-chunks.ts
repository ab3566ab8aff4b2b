/**
 * Runs a graph over any number of rows, a fixed number at a time, so that what is told of a row does not depend on how many
 * others there are. The last chunk is filled up with zeros.
 */
import { present } from '../../core/errors.js';
import { tensor, type Tensor, type TensorMap } from '../../core/tensor.js';
import type { Engine, EngineOptions } from '../../engines/engine.js';
import type { Graph } from '../../ir/graph.js';

export const CHUNK = 64;

export type Place = { readonly engine: Engine } & EngineOptions;

/** `graph` reads `CHUNK` rows; `inputs` have as many rows as each other. All outputs, a row for each row of the inputs. */
export async function runByChunks(
  graph: Graph,
  weights: TensorMap,
  inputs: TensorMap,
  { engine, ...options }: Place,
): Promise<TensorMap> {
  const rows = present(Object.values(inputs)[0], 'an input').shape[0] ?? 0;
  const inference = await engine.openInference(graph, weights, options);
  try {
    const parts: TensorMap[] = [];
    for (let first = 0; first < rows; first += CHUNK) {
      const feeds = Object.entries(inputs).map(([name, value]) => [name, chunkOf(value, first)] as const);
      parts.push(await inference.run(Object.fromEntries(feeds)));
    }
    const names = Object.keys(graph.outputs);
    return Object.fromEntries(names.map((name) => [name, joined(parts, name, rows)]));
  } finally {
    await inference.dispose();
  }
}

function chunkOf({ shape: [, ...rest], data }: Tensor, first: number): Tensor {
  const width = rest.reduce((product, extent) => product * extent, 1);
  const chunk = new Float32Array(CHUNK * width);
  chunk.set(data.subarray(first * width, (first + CHUNK) * width));
  return tensor([CHUNK, ...rest], chunk);
}

function joined(parts: readonly TensorMap[], name: string, rows: number): Tensor {
  const tensors = parts.map((part) => present(part[name], name));
  const [, ...rest] = present(tensors[0], `a chunk of ${name}`).shape;
  const width = rest.reduce((product, extent) => product * extent, 1);
  const data = new Float32Array(rows * width);
  tensors.forEach((part, i) => {
    const kept = Math.min(CHUNK, rows - i * CHUNK) * width;
    data.set(part.data.subarray(0, kept), i * CHUNK * width);
  });
  return tensor([rows, ...rest], data);
}
