/**
 * Inheritance of weights from a related network: function-preserving if the change allows it.
 *
 * Tensors correspond by name. Along channels a wider tensor repeats the parent's, and weights that read repeated
 * channels are divided by their number of repeats (Net2WiderNet); kernels grow around the parent's, with zeros. Parts
 * that the parent lacks start neutral: a block as its shortcut, since its last norm scales by zero; a squeeze and
 * excitation with open gates; a projecting shortcut as the identity; a further parallel branch with zero output. In
 * inference mode the outputs are then the parent's, repeated if there are more of them:
 * - for wider stages, larger kernels of convolutions, more branches of a mixture, squeeze and excitation: always, as
 *   long as no shortcut's projection is removed;
 * - for deeper stages: if a block ends in `identity`, or in `relu` after another that does.
 * A projecting shortcut with a norm of each sample is not the identity, since it has no statistics that could be undone.
 * In all other cases, tensors that correspond are inherited and the others keep fresh values.
 *
 * Source: Chen, Goodfellow and Shlens, "Net2Net", ICLR 2016 (arXiv 1511.05641); Wei et al., "Network Morphism", ICML
 * 2016.
 */
import type { Provenance } from '../core/records.js';
import { sizeOf, tensor, type Shape, type Tensor, type TensorMap } from '../core/tensor.js';
import type { Architecture, Layer, LayerOf, Named } from './architecture.js';
import { bodyOf, joinPath, walk } from './modules.js';
import { parametersOf } from './parameters.js';

export interface Inheritance {
  /** Every tensor of the child's encoder by name. */
  readonly weights: TensorMap;
  readonly provenance: Readonly<Record<string, Provenance>>;
}

/** Bias at which a gate's sigmoid is 1 within 6e-6 while training can still close it. */
const OPEN = 12;

/** `parent`: weights by their names in its encoder; `fresh`: initial values of all of the child's weights. */
export function inheritWeights(child: Architecture, parent: TensorMap, fresh: TensorMap): Inheritance {
  const weights: Record<string, Tensor> = {};
  const provenance: Record<string, Provenance> = {};
  const neutral = neutralTensors(child.encoder, parent);
  for (const { path, layer } of walk(child.encoder)) {
    for (const { name, shape } of parametersOf(layer)) {
      const full = joinPath(path, name);
      const start = fresh[full];
      if (start === undefined) throw new Error(`no initial value of ${full}`);
      const known = parent[full];
      const made = neutral.get(full);
      if (known !== undefined && known.shape.length === shape.length) {
        const same = known.shape.every((extent, axis) => extent === shape[axis]);
        weights[full] = same ? known : resized(known, shape, readsChannels(layer, name));
        provenance[full] = same ? 'copied' : 'resized';
      } else if (made !== undefined) {
        weights[full] = made.value(start);
        provenance[full] = made.how;
      } else {
        weights[full] = start;
        provenance[full] = 'fresh';
      }
    }
  }
  return { weights, provenance };
}

/** True if axis 1 of a weight runs over the channels or features that the layer reads. */
function readsChannels(layer: Layer, name: string): boolean {
  return name === 'weight' && (layer.kind === 'linear' || (layer.kind === 'conv' && layer.groups === 1));
}

/** Widens a weight whose axis 1 runs over features that now repeat: its numbers are divided among the repeats. */
export function readingMore(source: Tensor, shape: Shape): Tensor {
  return resized(source, shape, true);
}

/** Resizes a weight: channel axes 0 and 1 repeat modulo the parent's extent; kernel axes keep their centre. */
function resized(source: Tensor, shape: Shape, reads: boolean): Tensor {
  const data = new Float32Array(sizeOf(shape));
  const from = source.shape;
  const index = Array<number>(shape.length).fill(0);
  for (let flat = 0; flat < data.length; flat++) {
    let at = 0;
    let inside = true;
    for (let axis = 0; axis < shape.length; axis++) {
      const extent = from[axis] ?? 1;
      const own = index[axis] ?? 0;
      const place = axis < 2 ? own % extent : own - (((shape[axis] ?? 1) - extent) >> 1);
      inside &&= place >= 0 && place < extent;
      at = at * extent + place;
    }
    if (inside) {
      const repeats = reads ? repeatsOf(index[1] ?? 0, from[1] ?? 1, shape[1] ?? 1) : 1;
      data[flat] = (source.data[at] ?? 0) / repeats;
    }
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (shape[axis] ?? 1)) break;
      index[axis] = 0;
    }
  }
  return tensor(shape, data);
}

/** Number of the `now` channels that repeat the same one of the `before` channels as channel `i`. */
function repeatsOf(i: number, before: number, now: number): number {
  return now <= before ? 1 : Math.ceil((now - (i % before)) / before);
}

interface Neutral {
  readonly how: Provenance;
  value(fresh: Tensor): Tensor;
}

/** Values with which layers that the parent lacks do not change the output, by name. */
function neutralTensors(encoder: Layer, parent: TensorMap): ReadonlyMap<string, Neutral> {
  const held = Object.keys(parent);
  const hasBelow = (path: string): boolean => held.some((name) => name.startsWith(`${path}.`));
  const neutral = new Map<string, Neutral>();
  const constant = (how: Provenance, value: number): Neutral => ({
    how,
    value: ({ shape }) => tensor(shape, new Float32Array(sizeOf(shape)).fill(value)),
  });
  for (const { path, layer } of walk(encoder)) {
    if (layer.kind === 'squeezeExcite' && !hasBelow(path)) {
      neutral.set(joinPath(path, 'expand.weight'), constant('zero', 0));
      neutral.set(joinPath(path, 'expand.bias'), constant('open', OPEN));
    }
    if (layer.kind === 'cell') {
      for (const last of silentNorms(layer, path, hasBelow))
        neutral.set(joinPath(last, 'weight'), constant('zero', 0));
    }
    if (layer.kind !== 'residual') continue;
    if (!hasBelow(path)) {
      const last = lastNorm(bodyOf(layer), path);
      if (last !== undefined) neutral.set(joinPath(last, 'weight'), constant('zero', 0));
    } else if (layer.shortcut !== undefined && !hasBelow(joinPath(path, 'shortcut'))) {
      for (const [name, value] of identityProjection(layer.shortcut, joinPath(path, 'shortcut'))) {
        neutral.set(name, value);
      }
    }
  }
  return neutral;
}

/** Path of the last norm in a chain of layers. */
function lastNorm(chain: readonly Named[], path: string): string | undefined {
  const norms = chain.flatMap((module) => [...walk(module.layer, joinPath(path, module.name))]);
  return norms.findLast((one) => isNorm(one.layer))?.path;
}

function isNorm({ kind }: Layer): boolean {
  return kind === 'batchNorm' || kind === 'groupNorm';
}

/** Paths of the last norms of edges that the parent lacks, if an edge that it has leads to the same node. */
function silentNorms(
  { edges }: LayerOf<'cell'>,
  path: string,
  hasBelow: (path: string) => boolean,
): readonly string[] {
  const known = edges.filter(({ name }) => hasBelow(joinPath(path, name)));
  return edges.flatMap((edge) => {
    if (known.includes(edge) || !known.some(({ to }) => to === edge.to)) return [];
    const last = lastNorm([edge], path);
    return last === undefined ? [] : [last];
  });
}

/** Identity: a 1³ convolution that repeats its input's channels, and a norm that undoes its fresh running statistics. */
function identityProjection(shortcut: Layer, path: string): readonly (readonly [string, Neutral])[] {
  return [...walk(shortcut, path)].flatMap(({ path: own, layer }): (readonly [string, Neutral])[] => {
    if (layer.kind === 'conv') return [[joinPath(own, 'weight'), { how: 'identity', value: unitKernel }]];
    if (layer.kind !== 'batchNorm') return [];
    const scale = Math.sqrt(1 + layer.epsilon);
    const value = ({ shape }: Tensor): Tensor => tensor(shape, new Float32Array(sizeOf(shape)).fill(scale));
    return [[joinPath(own, 'weight'), { how: 'identity', value }]];
  });
}

/** Kernel `[O, C, 1, 1, 1]` in which output o reads only input o mod C. */
function unitKernel({ shape }: Tensor): Tensor {
  const [outputs = 0, inputs = 1] = shape;
  const data = new Float32Array(sizeOf(shape));
  const inner = data.length / Math.max(1, outputs * inputs);
  for (let o = 0; o < outputs; o++) data[(o * inputs + (o % inputs)) * inner + (inner >> 1)] = 1;
  return tensor(shape, data);
}
