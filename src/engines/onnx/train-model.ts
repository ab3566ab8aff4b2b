/**
 * K training steps as one ONNX model: a `Loop` whose body is the step's graph.
 *
 * Packed weights, moments and states are carried through the loop; feeds `[K, ...]` and the step's scalars `[K]` are
 * indexed by its counter; scalar outputs are stacked to `[K]`. K is known when the model runs.
 */
import { present } from '../../core/errors.js';
import { sizeOf, type Shape } from '../../core/tensor.js';
import type { Graph, InputSpec } from '../../ir/graph.js';
import { regionsOf } from './chunks.js';
import { lowerGraph } from './lower.js';
import type { Lowerings } from './lowerings/lowering.js';
import { graphProto, modelBytes, ONNX_TYPES, valueInfo } from './model.js';
import { TensorProto_DataType as Type, type GraphProto } from './proto/onnx_pb.js';
import { floats, ort } from './runtime.js';
import { ABSENT, OnnxWriter, type OnnxValue } from './writer.js';

/** Name of the input that says how many steps to take. */
export const STEP_COUNT = 'step count';

/** Integers enter as 32 bits, as the project stores them, and are widened inside. */
export function feedType({ dtype }: InputSpec): Type {
  return dtype === 'i64' ? Type.INT32 : ONNX_TYPES[dtype];
}

/** Reads a feed: widens integers. */
export function widened(out: OnnxWriter, value: OnnxValue, { dtype }: InputSpec): OnnxValue {
  return dtype === 'i64' ? out.op('Cast', [value], value.shape, { to: Type.INT64 }) : value;
}

/** Feeds of one step in which everything is zero. */
export function zeroFeeds(step: Graph): Record<string, ort.Tensor> {
  const zeros = (shape: Shape): Float32Array => new Float32Array(sizeOf(shape));
  return Object.fromEntries([
    [STEP_COUNT, new ort.Tensor('int64', [1n], [])],
    ...step.parameters.map(({ name, shape }) => [`${name}/before`, floats(zeros(shape), shape)] as const),
    ...step.inputs.map(({ name, shape, dtype }) => {
      const extents = [1, ...shape];
      const fed =
        dtype === 'i64'
          ? new ort.Tensor('int32', new Int32Array(sizeOf(shape)), extents)
          : floats(zeros(shape), extents);
      return [name, fed] as const;
    }),
  ]);
}

/**
 * The model's outputs are those of the graph, `[K]` each, and the packed vectors under their own names. `inPieces`: runs
 * elementwise work on long vectors piece by piece.
 */
export function trainModel(step: Graph, table: Lowerings, inPieces = false): Uint8Array {
  const carried = step.parameters.map(({ name, shape }) => ({ name, shape }));
  const curves = Object.keys(step.outputs);
  const body = loopBody(step, table, inPieces);
  const out = new OnnxWriter();
  const results = out.ops(
    'Loop',
    [
      { name: STEP_COUNT, shape: [] },
      ABSENT,
      ...carried.map(({ name, shape }) => ({ name: `${name}/before`, shape })),
    ],
    [...carried.map(({ shape }) => shape), ...curves.map(() => [])],
    { body: { graph: body } },
  );
  const named = [...carried.map(({ name }) => name), ...curves.map((name) => `curve/${name}`)];
  named.forEach((name, i) => {
    out.copy(results[i] ?? ABSENT, name);
  });
  const inputs = [
    valueInfo(STEP_COUNT, Type.INT64, []),
    ...carried.map(({ name, shape }) => valueInfo(`${name}/before`, Type.FLOAT, shape)),
    ...step.inputs.map((spec) => valueInfo(spec.name, feedType(spec), ['K', ...spec.shape])),
  ];
  const outputs = [
    ...carried.map(({ name, shape }) => valueInfo(name, Type.FLOAT, shape)),
    ...curves.map((name) => valueInfo(`curve/${name}`, Type.FLOAT, ['K'])),
  ];
  return modelBytes(graphProto('train', out, inputs, outputs));
}

function loopBody(step: Graph, table: Lowerings, inPieces: boolean): GraphProto {
  const out = new OnnxWriter('step/');
  const counter = { name: out.fresh('counter'), shape: [] };
  const goOn = { name: out.fresh('condition'), shape: [] };
  const carried = step.parameters.map(({ name, shape }) => ({ name, shape, inside: out.fresh('carried') }));
  const insideOf = new Map(carried.map(({ name, inside }) => [name, inside]));
  const specs = new Map(step.inputs.map((spec) => [spec.name, spec]));
  const leaves = {
    input: (name: string) => {
      const spec = present(specs.get(name), `an input named ${name}`);
      // Of the K steps' values the one of this step.
      const all = { name, shape: spec.shape };
      return widened(out, out.op('Gather', [all, counter], spec.shape, { axis: 0 }), spec).name;
    },
    parameter: (name: string) => present(insideOf.get(name), `a parameter named ${name}`),
  };
  const valueOf = lowerGraph(out, step, table, leaves, inPieces ? regionsOf(step) : undefined);
  const leave = leaver(out);
  const goingOn = leave(goOn);
  const next = carried.map(({ name, shape, inside }) => {
    const id = step.updates[name];
    return leave(id === undefined ? { name: inside, shape } : valueOf(id));
  });
  const curves = Object.values(step.outputs).map((id) => leave(valueOf(id)));
  return graphProto(
    'step',
    out,
    [
      valueInfo(counter.name, Type.INT64, []),
      valueInfo(goOn.name, Type.BOOL, []),
      ...carried.map(({ inside, shape }) => valueInfo(inside, Type.FLOAT, shape)),
    ],
    [
      valueInfo(goingOn.name, Type.BOOL, []),
      ...next.map(({ name, shape }) => valueInfo(name, Type.FLOAT, shape)),
      ...curves.map(({ name }) => valueInfo(name, Type.FLOAT, [])),
    ],
  );
}

/**
 * Names the values that leave a graph. A value may leave under one name only, and neither inputs nor constants may leave as
 * they are: those are copied, the others are not, since every copy of a parameter costs as much as an op of its update.
 */
function leaver(out: OnnxWriter): (value: OnnxValue) => OnnxValue {
  const left = new Set<string>();
  return (value) => {
    const free = out.wrote(value) && !left.has(value.name);
    if (!free) return out.copy(value, out.fresh('result'));
    left.add(value.name);
    return value;
  };
}
