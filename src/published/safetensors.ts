/**
 * Weights in a safetensors file, of any kind of numbers.
 */
import { readSafetensorsEntries } from '../core/safetensors.js';
import { sizeOf } from '../core/tensor.js';
import { NUMBER_KINDS, type NumberKind } from './numbers.js';
import { MOST_AXES, viewOf, type StoredTensor } from './stored-tensor.js';
import { shortened, Unreadable } from './unreadable.js';

/** Source: https://huggingface.co/docs/safetensors, section "Format". */
const DTYPES: Readonly<Record<string, NumberKind>> = {
  F32: NUMBER_KINDS.float32,
  F64: NUMBER_KINDS.float64,
  F16: NUMBER_KINDS.float16,
  BF16: NUMBER_KINDS.bfloat16,
  I64: NUMBER_KINDS.int64,
  I32: NUMBER_KINDS.int32,
  I16: NUMBER_KINDS.int16,
  I8: NUMBER_KINDS.int8,
  U8: NUMBER_KINDS.uint8,
  BOOL: NUMBER_KINDS.bool,
};

/** Tensors by name. */
export function readSafetensorsWeights(file: Buffer, path: string): ReadonlyMap<string, StoredTensor> {
  const entries = readSafetensorsEntries(file, path).map(({ name, dtype, shape, bytes }) => {
    const kind = Object.hasOwn(DTYPES, dtype) ? DTYPES[dtype] : undefined;
    if (kind === undefined)
      throw new Unreadable(`${shortened(name)} is of unknown numbers (${shortened(dtype)})`);
    if (shape.length > MOST_AXES) throw new Unreadable(`${shortened(name)} has ${shape.length} axes`);
    const count = sizeOf(shape);
    if (bytes.length !== count * kind.bytes) {
      throw new Unreadable(
        `it is damaged: ${shortened(name)} has ${bytes.length} bytes, not ${count * kind.bytes}`,
      );
    }
    const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
    const storage = { kind, count, littleEndian: true, bytes: () => bytes };
    return [name, viewOf({ storage, offset: 0, strides, shape })] as const;
  });
  return new Map(entries);
}
