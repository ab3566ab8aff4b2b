/**
 * ONNX graphs and models as bytes.
 */
import { create, toBinary } from '@bufbuild/protobuf';
import type { DType } from '../../core/tensor.js';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  TensorProto_DataType as Type,
  ValueInfoProtoSchema,
  type GraphProto,
  type NodeProto,
  type ValueInfoProto,
} from './proto/onnx_pb.js';
import type { OnnxWriter } from './writer.js';

/** The newest operator set whose ops the lowerings use; ONNX 1.13 (December 2022). */
const OPSET = 18n;
const IR_VERSION = 8n;

/** Names stand for extents that are known when the model runs. */
export type Extents = readonly (number | string)[];

export const ONNX_TYPES: Readonly<Record<DType, Type>> = {
  f32: Type.FLOAT,
  i64: Type.INT64,
  bool: Type.BOOL,
};

export function valueInfo(name: string, elemType: Type, extents: Extents): ValueInfoProto {
  const dim = extents.map((extent) => ({
    value:
      typeof extent === 'string'
        ? { case: 'dimParam' as const, value: extent }
        : { case: 'dimValue' as const, value: BigInt(extent) },
  }));
  const tensorType = { elemType, shape: { dim } };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value: tensorType } } });
}

/** A graph of what its outputs are computed from: lowerings may have written more, which the runtime would compute as well. */
export function graphProto(
  name: string,
  out: OnnxWriter,
  input: readonly ValueInfoProto[],
  output: readonly ValueInfoProto[],
): GraphProto {
  const read = new Set(output.map((value) => value.name));
  const node: NodeProto[] = [];
  for (const each of [...out.nodes].reverse()) {
    if (!each.output.some((value) => read.has(value))) continue;
    for (const value of readBy(each)) read.add(value);
    node.push(each);
  }
  return create(GraphProtoSchema, {
    name,
    node: node.reverse(),
    initializer: out.initializers.filter((constant) => read.has(constant.name)),
    input: [...input],
    output: [...output],
  });
}

/** Names of all that a node reads, the bodies of loops included. */
function readBy({ input, attribute }: NodeProto): string[] {
  return [
    ...input,
    ...attribute.flatMap(({ g }) =>
      g ? [...g.node.flatMap(readBy), ...g.output.map(({ name }) => name)] : [],
    ),
  ];
}

export function modelBytes(graph: GraphProto, producerVersion = ''): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: 'voxolve',
    producerVersion,
    opsetImport: domainsOf(graph).map((domain) => ({ domain, version: domain === '' ? OPSET : 1n })),
    graph,
  });
  return toBinary(ModelProtoSchema, model);
}

/** The domains of the ops that a graph uses, those of loops' bodies included; the standard one first. */
function domainsOf(graph: GraphProto): string[] {
  const used = new Set(['']);
  for (const node of graph.node) {
    used.add(node.domain);
    for (const { g } of node.attribute) if (g) for (const domain of domainsOf(g)) used.add(domain);
  }
  return [...used];
}
