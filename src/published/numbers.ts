/**
 * Numbers of every kind in which weights are stored, as float32.
 */
import { Unreadable } from './unreadable.js';

export interface NumberKind {
  readonly name: string;
  readonly bytes: number;
  /** Value at a byte; absent for kinds that no weight has, such as complex numbers. */
  readonly at?: (view: DataView, byte: number, littleEndian: boolean) => number;
}

function kind(name: string, bytes: number, at?: NumberKind['at']): NumberKind {
  return at === undefined ? { name, bytes } : { name, bytes, at };
}

export const NUMBER_KINDS = {
  float32: kind('float32', 4, (view, byte, little) => view.getFloat32(byte, little)),
  float64: kind('float64', 8, (view, byte, little) => view.getFloat64(byte, little)),
  float16: kind('float16', 2, (view, byte, little) => halfOf(view.getUint16(byte, little))),
  bfloat16: kind('bfloat16', 2, (view, byte, little) => brainOf(view.getUint16(byte, little))),
  int64: kind('int64', 8, (view, byte, little) => Number(view.getBigInt64(byte, little))),
  int32: kind('int32', 4, (view, byte, little) => view.getInt32(byte, little)),
  int16: kind('int16', 2, (view, byte, little) => view.getInt16(byte, little)),
  int8: kind('int8', 1, (view, byte) => view.getInt8(byte)),
  uint8: kind('uint8', 1, (view, byte) => view.getUint8(byte)),
  bool: kind('bool', 1, (view, byte) => view.getUint8(byte)),
  complex64: kind('complex64', 8),
  complex128: kind('complex128', 16),
} as const satisfies Readonly<Record<string, NumberKind>>;

/** All values of `bytes`, whose length is a multiple of the kind's. */
export function valuesOf(
  { name, bytes: size, at }: NumberKind,
  bytes: Uint8Array,
  littleEndian: boolean,
): Float32Array {
  if (at === undefined) throw new Unreadable(`it holds ${name} numbers where weights are real`);
  // The usual case, without a call for each value.
  if (name === 'float32' && littleEndian && !BIG_ENDIAN)
    return new Float32Array(new Uint8Array(bytes).buffer);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(bytes.length / size);
  for (let i = 0; i < values.length; i++) values[i] = at(view, i * size, littleEndian);
  return values;
}

const BIG_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0;

/** IEEE 754 binary16: 1 bit sign, 5 exponent, 10 fraction. */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** The upper half of a float32. */
function brainOf(bits: number): number {
  SCRATCH.setUint32(0, bits << 16);
  return SCRATCH.getFloat32(0);
}
const SCRATCH = new DataView(new ArrayBuffer(4));
