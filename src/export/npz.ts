/**
 * NumPy's `.npz`: a zip of `.npy` arrays. Equal arrays give equal bytes.
 *
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, version 1.0.
 */
import { zipSync } from 'fflate';
import type { Tensor, TensorMap } from '../core/tensor.js';

/** Length of the magic string, the version and the header's length, which precede the header. */
const PREFIX_BYTES = 10;
const ALIGNMENT = 64;
/** Epoch of the zip format; a real time would change the bytes. */
const EPOCH = new Date(1980, 0, 1);

export function writeNpz(arrays: TensorMap): Uint8Array {
  const entries = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)] as const);
  return zipSync(Object.fromEntries(entries), { level: 6, mtime: EPOCH });
}

/** Encodes an array as little-endian float32, row-major. */
function writeNpy({ shape, data }: Tensor): Uint8Array {
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${extents}), }`;
  const total = Math.ceil((PREFIX_BYTES + description.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = Buffer.alloc(total + data.length * 4);
  bytes.write('\x93NUMPY\x01\x00', 'latin1');
  bytes.writeUInt16LE(total - PREFIX_BYTES, 8);
  bytes.write(`${description.padEnd(total - PREFIX_BYTES - 1)}\n`, PREFIX_BYTES, 'latin1');
  data.forEach((value, index) => bytes.writeFloatLE(value, total + index * 4));
  return bytes;
}
