/**
 * Many tensors in few vectors.
 *
 * A network has hundreds of small parameters. Kept in a vector per group, they are updated by a dozen ops rather
 * than a dozen per parameter, and cross the boundary between JavaScript and the runtime as a few buffers.
 */
import { present } from '../core/errors.js';
import { sizeOf, tensor, type Shape, type TensorMap } from '../core/tensor.js';

export interface Slot {
  readonly name: string;
  readonly shape: Shape;
  /** First value's place in the vector. */
  readonly offset: number;
}

export interface Packing {
  readonly slots: readonly Slot[];
  /** Length of the vector. */
  readonly size: number;
}

export function packingOf(specs: readonly { readonly name: string; readonly shape: Shape }[]): Packing {
  const slots: Slot[] = [];
  let size = 0;
  for (const { name, shape } of specs) {
    slots.push({ name, shape, offset: size });
    size += sizeOf(shape);
  }
  return { slots, size };
}

/** Throws where a tensor is missing or has another shape. */
export function pack(packing: Packing, tensors: TensorMap): Float32Array {
  const vector = new Float32Array(packing.size);
  for (const { name, shape, offset } of packing.slots) {
    const { data, shape: given } = present(tensors[name], `no weights named ${name}`);
    if (given.join() !== shape.join()) {
      throw new Error(
        `weights ${name} have shape [${given.join(', ')}], the graph needs [${shape.join(', ')}]`,
      );
    }
    vector.set(data, offset);
  }
  return vector;
}

/** Copies each tensor out of the vector. */
export function unpack(packing: Packing, vector: Float32Array): TensorMap {
  return Object.fromEntries(
    packing.slots.map(({ name, shape, offset }) => [
      name,
      tensor(shape, vector.slice(offset, offset + sizeOf(shape))),
    ]),
  );
}
