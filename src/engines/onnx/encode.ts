/**
 * A graph and its weights as a plain ONNX model for inference: weights are initializers, inputs keep their types,
 * only standard ops are used.
 */
import { create } from '@bufbuild/protobuf';
import { present } from '../../core/errors.js';
import type { TensorMap } from '../../core/tensor.js';
import type { Graph, Node } from '../../ir/graph.js';
import { lowerGraph } from './lower.js';
import { portable } from './lowerings/index.js';
import type { Lowerings } from './lowerings/lowering.js';
import { graphProto, modelBytes, ONNX_TYPES, valueInfo } from './model.js';
import { TensorProto_DataType as Type, TensorProtoSchema } from './proto/onnx_pb.js';
import { OnnxWriter } from './writer.js';

export interface EncodeOptions {
  /** Leaves the first axis of inputs and outputs open; for graphs that treat items of a batch alike. */
  readonly dynamicBatch?: boolean;
  /** Names of inputs and outputs in the model, where they differ from the graph's. */
  readonly names?: Readonly<Record<string, string>>;
  /** Written into the model as the producer's version. */
  readonly version?: string;
  /** Lowerings of one device, for a model that stays here; absent: those of models that leave the project. */
  readonly table?: Lowerings;
}

export function encodeGraphAsOnnx(graph: Graph, weights: TensorMap, options: EncodeOptions = {}): Uint8Array {
  const out = new OnnxWriter('voxolve/');
  const publicName = (name: string): string => options.names?.[name] ?? name;
  const valueOf = lowerGraph(out, graph, options.table ?? portable, {
    input: publicName,
    parameter: (name) => name,
  });
  for (const { name, shape } of graph.parameters) {
    const { data } = present(weights[name], `weights named ${name}`);
    const rawData = new Uint8Array(Float32Array.from(data).buffer);
    out.initializers.push(
      create(TensorProtoSchema, { name, dataType: Type.FLOAT, dims: shape.map(BigInt), rawData }),
    );
  }
  const extents = (shape: readonly number[]) =>
    shape.map((extent, axis) => (axis === 0 && options.dynamicBatch ? 'N' : extent));
  const inputs = graph.inputs.map(({ name, shape, dtype }) =>
    valueInfo(publicName(name), ONNX_TYPES[dtype], extents(shape)),
  );
  const outputs = Object.entries(graph.outputs).map(([name, id]) => {
    const { dtype, shape } = graph.nodes[id] as Node;
    return valueInfo(out.copy(valueOf(id), publicName(name)).name, ONNX_TYPES[dtype], extents(shape));
  });
  return modelBytes(graphProto('voxolve', out, inputs, outputs), options.version);
}
