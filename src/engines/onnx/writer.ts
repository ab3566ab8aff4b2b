/**
 * Writes the nodes of one ONNX graph.
 *
 * Equal nodes are written once, so that lowerings may ask for what they need without knowing who else did.
 */
import { create } from '@bufbuild/protobuf';
import type { Shape } from '../../core/tensor.js';
import {
  AttributeProto_AttributeType as Kind,
  AttributeProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType as Type,
  TensorProtoSchema,
  type AttributeProto,
  type GraphProto,
  type NodeProto,
  type TensorProto,
} from './proto/onnx_pb.js';

/** Integers stand for themselves; floats are marked, since JavaScript has one kind of number. */
export type Attribute =
  number | readonly number[] | string | { readonly float: number } | { readonly graph: GraphProto };

/** A value of the graph: its name in the model, and its shape as the graph declares it. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: Shape;
}

/** The value of a node's result, by the node's id. */
export type ValueOf = (id: number) => OnnxValue;

/** Stands for an optional input that is left out. */
export const ABSENT: OnnxValue = { name: '', shape: [] };

export interface NodeOptions {
  /** `com.microsoft` for ONNX Runtime's own ops. */
  readonly domain?: string;
}

export class OnnxWriter {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly #known = new Map<string, readonly string[]>();
  /** Names of reshaped values, and what they were. */
  readonly #reshaped = new Map<string, OnnxValue>();
  readonly #results = new Set<string>();
  readonly #prefix: string;
  #names = 0;

  /** `prefix` keeps names apart from those of an enclosing graph. */
  constructor(prefix = '') {
    this.#prefix = prefix;
  }

  /** A name that nothing else has. */
  fresh(hint: string): string {
    return `${this.#prefix}${hint}_${this.#names++}`;
  }

  /** Writes a node with one output of this shape. */
  op(
    type: string,
    inputs: readonly OnnxValue[],
    shape: Shape,
    attributes: Readonly<Record<string, Attribute>> = {},
    options: NodeOptions = {},
  ): OnnxValue {
    return this.ops(type, inputs, [shape], attributes, options)[0] as OnnxValue;
  }

  /** Writes a node with several outputs, one for each shape. */
  ops(
    type: string,
    inputs: readonly OnnxValue[],
    shapes: readonly Shape[],
    attributes: Readonly<Record<string, Attribute>> = {},
    options: NodeOptions = {},
  ): readonly OnnxValue[] {
    const read = inputs.map(({ name }) => name);
    const names = this.#node(type, read, shapes.length, attributes, options);
    if (type === 'Reshape')
      this.#reshaped.set(names[0] as string, this.beforeReshape(inputs[0] as OnnxValue));
    return shapes.map((shape, i) => ({ name: names[i] as string, shape }));
  }

  /** Writes a node unless an equal one is there, and returns the names of its outputs. */
  #node(
    type: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Readonly<Record<string, Attribute>>,
    { domain = '' }: NodeOptions,
  ): readonly string[] {
    const plain = Object.values(attributes).every(
      (value) => typeof value !== 'object' || !('graph' in value),
    );
    const key = plain
      ? `${domain} ${type} ${outputs} ${inputs.join()} ${JSON.stringify(attributes)}`
      : undefined;
    const known = key === undefined ? undefined : this.#known.get(key);
    if (known) return known;
    const names = Array.from({ length: outputs }, () => this.fresh(type));
    for (const name of names) this.#results.add(name);
    this.nodes.push(
      create(NodeProtoSchema, {
        opType: type,
        domain,
        name: this.fresh('node'),
        input: [...inputs],
        output: [...names],
        attribute: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
      }),
    );
    if (key !== undefined) this.#known.set(key, names);
    return names;
  }

  /** What a value was before it was given another shape. */
  beforeReshape(value: OnnxValue): OnnxValue {
    return this.#reshaped.get(value.name) ?? value;
  }

  /** True if the value is the result of a node of this graph. */
  wrote({ name }: OnnxValue): boolean {
    return this.#results.has(name);
  }

  /** Gives a value another name: a copy, which ONNX Runtime removes where it can. */
  copy(value: OnnxValue, name: string): OnnxValue {
    this.nodes.push(create(NodeProtoSchema, { opType: 'Identity', input: [value.name], output: [name] }));
    this.#results.add(name);
    return { name, shape: value.shape };
  }

  /** A constant of floats; a single value is stored once and broadcasts where the shape is `[]`. */
  floats(shape: Shape, data: ArrayLike<number>): OnnxValue {
    return this.#constant('f', shape, data, () => floatBytes(data), Type.FLOAT);
  }

  scalar(x: number): OnnxValue {
    return this.floats([], [x]);
  }

  /** A list of 64-bit integers, or with `shape` a tensor of them. */
  ints(data: ArrayLike<number>, shape: Shape = [data.length]): OnnxValue {
    return this.#constant('i', shape, data, () => int64Bytes(data), Type.INT64);
  }

  #constant(
    kind: string,
    shape: Shape,
    data: ArrayLike<number>,
    bytes: () => Uint8Array,
    dataType: Type,
  ): OnnxValue {
    // Long constants are not worth comparing.
    const key = data.length <= 64 ? `${kind} ${shape.join()} ${Array.prototype.join.call(data)}` : undefined;
    const known = key === undefined ? undefined : this.#known.get(key)?.[0];
    if (known !== undefined) return { name: known, shape };
    const name = this.fresh('constant');
    const rawData = bytes();
    this.initializers.push(create(TensorProtoSchema, { name, dataType, dims: shape.map(BigInt), rawData }));
    if (key !== undefined) this.#known.set(key, [name]);
    return { name, shape };
  }
}

function floatBytes(data: ArrayLike<number>): Uint8Array {
  const floats = data instanceof Float32Array ? data : Float32Array.from(data);
  return new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
}

/** As 64-bit integers, little-endian. */
function int64Bytes(data: ArrayLike<number>): Uint8Array {
  const words = new Int32Array(2 * data.length);
  for (let i = 0; i < data.length; i++) {
    const x = data[i] ?? 0;
    words[2 * i] = x % 2 ** 32;
    words[2 * i + 1] = Math.floor(x / 2 ** 32);
  }
  return new Uint8Array(words.buffer);
}

function attributeOf(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: Kind.INT, i: BigInt(value) });
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, { name, type: Kind.STRING, s: new TextEncoder().encode(value) });
  }
  if ('float' in value) return create(AttributeProtoSchema, { name, type: Kind.FLOAT, f: value.float });
  if ('graph' in value) return create(AttributeProtoSchema, { name, type: Kind.GRAPH, g: value.graph });
  return create(AttributeProtoSchema, { name, type: Kind.INTS, ints: value.map(BigInt) });
}
