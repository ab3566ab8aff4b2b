/**
 * A tensor that lies in a file: its shape is known before its values are read, so that a file costs no more memory than
 * the tensors that are asked for.
 */
import { sizeOf, type Shape } from '../core/tensor.js';
import { valuesOf, type NumberKind } from './numbers.js';
import { Unreadable } from './unreadable.js';

export interface StoredTensor {
  readonly shape: Shape;
  /** Kind of its numbers, such as `float16`. */
  readonly kind: string;
  /** Its values, row-major, as float32. Throws `Unreadable` where the file is damaged. */
  read(): Float32Array;
}

/** A run of numbers in a file, of which tensors are views. */
export interface Storage {
  readonly kind: NumberKind;
  /** Count of numbers. */
  readonly count: number;
  readonly littleEndian: boolean;
  /** All of its bytes. */
  bytes(): Uint8Array;
}

export interface View {
  readonly storage: Storage;
  /** Numbers before the first, and from one index to the next along each axis. */
  readonly offset: number;
  readonly strides: readonly number[];
  readonly shape: Shape;
}

export const MOST_AXES = 8;

/** Throws `Unreadable` where the view leaves its storage. */
export function viewOf(view: View): StoredTensor {
  const { storage, offset, strides, shape } = view;
  const text = `[${shape.slice(0, MOST_AXES).join(', ')}]`;
  if (shape.length !== strides.length || shape.length > MOST_AXES) {
    throw new Unreadable(`a tensor has ${shape.length} axes and ${strides.length} strides`);
  }
  if ([offset, ...strides, ...shape].some((value) => !Number.isSafeInteger(value) || value < 0)) {
    throw new Unreadable(`a tensor ${text} has a negative or impossible size, stride or offset`);
  }
  const empty = shape.includes(0);
  const last = shape.reduce((at, extent, axis) => at + (extent - 1) * (strides[axis] as number), offset);
  if (!empty && last >= storage.count) {
    throw new Unreadable(`a tensor ${text} reaches beyond its storage of ${storage.count} numbers`);
  }
  return { shape, kind: storage.kind.name, read: () => (empty ? new Float32Array() : gathered(view, last)) };
}

/** @param last place of the last number in the storage */
function gathered({ storage, offset, strides, shape }: View, last: number): Float32Array {
  const { kind, littleEndian } = storage;
  const bytes = storage.bytes().subarray(offset * kind.bytes, (last + 1) * kind.bytes);
  const values = valuesOf(kind, bytes, littleEndian);
  if (isContiguous(shape, strides)) return values;
  const taken = new Float32Array(sizeOf(shape));
  const index = shape.map(() => 0);
  let at = 0;
  for (let i = 0; i < taken.length; i++) {
    taken[i] = values[at] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [extent, stride] = [shape[axis] as number, strides[axis] as number];
      at += stride;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < extent) break;
      at -= extent * stride;
      index[axis] = 0;
    }
  }
  return taken;
}

/** Row-major without gaps; strides of axes with one index do not matter. */
function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] as number;
    if (extent !== 1 && strides[axis] !== expected) return false;
    expected *= extent;
  }
  return true;
}
