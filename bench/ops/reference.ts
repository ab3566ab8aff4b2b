/**
 * A reference interpreter of graphs in 64-bit floats: short, slow and independent of every engine.
 *
 * Each op is written from its definition, elementwise or as a sum over indices; gradient ops are written as adjoints
 * (scattering), not as the lowerings do them. Tests compare engines with it, and it with finite differences.
 */
import { sizeOf, type Shape } from '../../src/core/tensor.js';
import type { Graph, Node } from '../../src/ir/graph.js';
import type { OpAttributes, OpName } from '../../src/ir/ops/index.js';
import { convolutionReference, poolingReference } from './reference-windows.js';
import { batchNormReference } from './reference-batch-norm.js';
import { indexOf, placeOf, type Case, type Doubles, type Operand, type Rule } from './reference-rule.js';

type Table = { readonly [K in Exclude<OpName, 'input' | 'parameter'>]: Rule<K> };

/** The value of a broadcast operand at an index of the result. */
function broadcastAt({ shape, data }: Operand, index: readonly number[]): number {
  const missing = index.length - shape.length;
  return (
    data[
      placeOf(
        shape.map((extent, axis) => (extent === 1 ? 0 : (index[axis + missing] ?? 0))),
        shape,
      )
    ] ?? 0
  );
}

function each(shape: Shape, value: (index: number[], place: number) => number): Doubles {
  return Float64Array.from({ length: sizeOf(shape) }, (_, place) => value(indexOf(place, shape), place));
}

const unary =
  <K extends OpName>(f: (x: number) => number): Rule<K> =>
  ({ inputs: [x] }) =>
    x.data.map(f);

const binary =
  <K extends OpName>(f: (a: number, b: number) => number): Rule<K> =>
  ({ inputs: [a, b], shape }) =>
    each(shape, (index) => f(broadcastAt(a, index), broadcastAt(b, index)));

/** Folds over reduced axes; `finish` sees how many values were folded. */
function reduction<K extends 'reduceSum' | 'reduceMean' | 'reduceMax'>(
  start: number,
  fold: (a: number, b: number) => number,
  finish: (total: number, count: number) => number = (total) => total,
): Rule<K> {
  return ({ inputs: [x], attributes, shape }) => {
    const { axes } = attributes as OpAttributes['reduceSum'];
    const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
    const result = new Float64Array(sizeOf(shape)).fill(start);
    x.data.forEach((value, place) => {
      const target = placeOf(
        indexOf(place, x.shape).map((i, axis) => (axes.includes(axis) ? 0 : i)),
        kept,
      );
      result[target] = fold(result[target] ?? 0, value);
    });
    return result.map((total) => finish(total, x.data.length / result.length));
  };
}

/** Applies `f` to each line along an axis. */
function lines(x: Operand, axis: number, f: (line: Doubles) => Doubles): Doubles {
  const result = new Float64Array(x.data.length);
  const length = x.shape[axis] ?? 1;
  const inner = sizeOf(x.shape.slice(axis + 1));
  for (let start = 0; start < x.data.length; start++) {
    if (Math.floor(start / inner) % length !== 0) continue;
    f(Float64Array.from({ length }, (_, i) => x.data[start + i * inner] ?? 0)).forEach((value, i) => {
      result[start + i * inner] = value;
    });
  }
  return result;
}

function softmaxOf(line: Doubles): Doubles {
  const top = Math.max(...line);
  const exps = line.map((x) => Math.exp(x - top));
  const total = exps.reduce((sum, x) => sum + x, 0);
  return exps.map((x) => x / total);
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Maclaurin series; converges for the moderate arguments of the tests. */
function erf(x: number): number {
  let [term, total] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

const table: Table = {
  constant: ({ attributes: { data }, shape }) =>
    each(shape, (_, place) => data[data.length === 1 ? 0 : place] ?? 0),
  add: binary((a, b) => a + b),
  sub: binary((a, b) => a - b),
  mul: binary((a, b) => a * b),
  div: binary((a, b) => a / b),
  maximum: binary(Math.max),
  minimum: binary(Math.min),
  greaterEqual: binary((a, b) => Number(a >= b)),
  equal: binary((a, b) => Number(a === b)),
  neg: unary((x) => -x),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  reciprocal: unary((x) => 1 / x),
  abs: unary(Math.abs),
  floor: unary(Math.floor),
  square: unary((x) => x * x),
  relu: unary((x) => Math.max(x, 0)),
  sigmoid: unary(sigmoid),
  tanh: unary(Math.tanh),
  erf: unary(erf),
  silu: unary((x) => x * sigmoid(x)),
  gelu: unary((x) => (x * (1 + erf(x * Math.SQRT1_2))) / 2),
  hardswish: unary((x) => (x * Math.min(6, Math.max(0, x + 3))) / 6),
  reluGrad: binary((y, dy) => (y > 0 ? dy : 0)),
  siluGrad: binary((x, dy) => dy * sigmoid(x) * (1 + x * (1 - sigmoid(x)))),
  geluGrad: binary(
    (x, dy) => dy * ((1 + erf(x * Math.SQRT1_2)) / 2 + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)),
  ),
  hardswishGrad: binary((x, dy) => (x < -3 ? 0 : x > 3 ? dy : dy * (x / 3 + 1 / 2))),
  where: ({ inputs: [condition, a, b], shape }) =>
    each(shape, (index) => broadcastAt(broadcastAt(condition, index) !== 0 ? a : b, index)),
  toFloat: unary((x) => x),

  ...convolutionReference,
  ...poolingReference,
  ...batchNormReference,

  matmul: ({ inputs: [a, b], attributes: { transposeA, transposeB }, shape }) => {
    const inner = a.shape[a.shape.length - (transposeA ? 2 : 1)] ?? 1;
    return each(shape, (index) => {
      const [batch, row, column] = [
        index.slice(0, -2),
        index[index.length - 2] ?? 0,
        index[index.length - 1] ?? 0,
      ];
      let total = 0;
      for (let k = 0; k < inner; k++) {
        const left = transposeA ? [...batch, k, row] : [...batch, row, k];
        const right = transposeB ? [...batch, column, k] : [...batch, k, column];
        total += broadcastAt(a, left) * broadcastAt(b, right);
      }
      return total;
    });
  },

  reduceSum: reduction(0, (a, b) => a + b),
  reduceMean: reduction(
    0,
    (a, b) => a + b,
    (total, count) => total / count,
  ),
  reduceMax: reduction(-Infinity, Math.max),
  argmax: ({ inputs: [x], attributes: { axis }, shape }) =>
    each(shape, (index) => {
      const at = (i: number): number =>
        x.data[placeOf([...index.slice(0, axis), i, ...index.slice(axis)], x.shape)] ?? 0;
      let best = 0;
      for (let i = 1; i < (x.shape[axis] ?? 1); i++) if (at(i) > at(best)) best = i;
      return best;
    }),

  reshape: ({ inputs: [x] }) => x.data,
  broadcastTo: ({ inputs: [x], shape }) => each(shape, (index) => broadcastAt(x, index)),
  transpose: ({ inputs: [x], attributes: { permutation }, shape }) =>
    each(
      shape,
      (index) =>
        x.data[
          placeOf(
            x.shape.map((_, axis) => index[permutation.indexOf(axis)] ?? 0),
            x.shape,
          )
        ] ?? 0,
    ),
  slice: ({ inputs: [x], attributes: { starts, steps }, shape }) =>
    each(
      shape,
      (index) =>
        x.data[
          placeOf(
            index.map((i, axis) => (starts[axis] ?? 0) + i * (steps[axis] ?? 1)),
            x.shape,
          )
        ] ?? 0,
    ),
  pad: ({ inputs: [x], attributes: { before, interior }, shape }) => {
    const result = new Float64Array(sizeOf(shape));
    x.data.forEach((value, place) => {
      const index = indexOf(place, x.shape).map(
        (i, axis) => (before[axis] ?? 0) + i * ((interior[axis] ?? 0) + 1),
      );
      result[placeOf(index, shape)] = value;
    });
    return result;
  },
  concat: ({ inputs, attributes: { axis }, shape }) =>
    each(shape, (index) => {
      let at = index[axis] ?? 0;
      for (const x of inputs) {
        const extent = x.shape[axis] ?? 0;
        if (at < extent) return x.data[placeOf(index.with(axis, at), x.shape)] ?? 0;
        at -= extent;
      }
      return NaN;
    }),

  gather: ({ inputs: [x, indices], attributes: { axis }, shape }) =>
    each(shape, (index) => {
      const end = axis + indices.shape.length;
      const at = indices.data[placeOf(index.slice(axis, end), indices.shape)] ?? 0;
      return x.data[placeOf([...index.slice(0, axis), at, ...index.slice(end)], x.shape)] ?? 0;
    }),
  scatterAdd: ({ inputs: [dy, indices], attributes: { axis }, shape }) => {
    const result = new Float64Array(sizeOf(shape));
    dy.data.forEach((value, place) => {
      const index = indexOf(place, dy.shape);
      const end = axis + indices.shape.length;
      const at = indices.data[placeOf(index.slice(axis, end), indices.shape)] ?? 0;
      const target = placeOf([...index.slice(0, axis), at, ...index.slice(end)], shape);
      result[target] = (result[target] ?? 0) + value;
    });
    return result;
  },
  oneHot: ({ inputs: [indices], attributes: { depth }, shape }) =>
    each(shape, (_, place) => Number(indices.data[Math.floor(place / depth)] === place % depth)),

  softmax: ({ inputs: [x], attributes: { axis } }) => lines(x, axis, softmaxOf),
  logSoftmax: ({ inputs: [x], attributes: { axis } }) =>
    lines(x, axis, (line) => softmaxOf(line).map(Math.log)),
};

/** Values of the graph's outputs; feeds and parameters by name, as doubles. */
export function interpret(graph: Graph, leaves: Readonly<Record<string, Doubles>>): Record<string, Operand> {
  const values: Operand[] = [];
  for (const node of graph.nodes) {
    const data = evaluateNode(node, values, leaves);
    if (data.length !== sizeOf(node.shape))
      throw new Error(`${node.op}: ${data.length} values for [${node.shape.join()}]`);
    values.push({ shape: node.shape, data });
  }
  return Object.fromEntries(Object.entries(graph.outputs).map(([name, id]) => [name, values[id] as Operand]));
}

function evaluateNode(
  node: Node,
  values: readonly Operand[],
  leaves: Readonly<Record<string, Doubles>>,
): Doubles {
  if (node.op === 'input' || node.op === 'parameter') {
    const { name } = node.attributes as { readonly name: string };
    const value = leaves[name];
    if (!value) throw new Error(`no value for ${name}`);
    return value;
  }
  const rule = table[node.op] as unknown as Rule<OpName>;
  const inputs = node.inputs.map((id) => values[id]) as unknown as Case<OpName>['inputs'];
  return rule({ inputs, attributes: node.attributes, shape: node.shape });
}
