/**
 * One run of a graph as an ONNX model whose parameters are inputs, so that weights may change between runs.
 */
import { present } from '../../core/errors.js';
import type { Graph } from '../../ir/graph.js';
import { lowerGraph } from './lower.js';
import type { Lowerings } from './lowerings/lowering.js';
import { graphProto, modelBytes, ONNX_TYPES, valueInfo } from './model.js';
import { TensorProto_DataType as Type } from './proto/onnx_pb.js';
import { feedType, widened } from './train-model.js';
import { OnnxWriter } from './writer.js';

/** Prefix of outputs, which may share names with inputs. */
export const OUTPUT = 'output/';

export function inferenceModel(graph: Graph, table: Lowerings): Uint8Array {
  const out = new OnnxWriter('run/');
  const specs = new Map(graph.inputs.map((spec) => [spec.name, spec]));
  const valueOf = lowerGraph(out, graph, table, {
    input: (name) => {
      const spec = present(specs.get(name), `an input named ${name}`);
      return widened(out, { name, shape: spec.shape }, spec).name;
    },
    parameter: (name) => name,
  });
  const outputs = Object.entries(graph.outputs).map(([name, id]) => {
    const node = graph.nodes[id];
    return valueInfo(
      out.copy(valueOf(id), OUTPUT + name).name,
      ONNX_TYPES[node?.dtype ?? 'f32'],
      node?.shape ?? [],
    );
  });
  const inputs = [
    ...graph.inputs.map((spec) => valueInfo(spec.name, feedType(spec), spec.shape)),
    ...graph.parameters.map(({ name, shape }) => valueInfo(name, Type.FLOAT, shape)),
  ];
  return modelBytes(graphProto('run', out, inputs, outputs));
}
