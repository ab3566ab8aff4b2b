/**
 * NumPy arrays: `.npy`, and `.npz` with the voxels and optionally `spacing` or `affine`.
 *
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * Axes are `[z, y, x]`, `[frames, z, y, x]`, or `[y, x]`, growing towards superior, anterior, right (RAS+), as this
 * project's own arrays are, or as a layout says (`array-layout.ts`). In a `.npz`, `spacing` is `[z, y, x]` in mm,
 * `affine` is 4×4 from `[x, y, z]` to RAS+ mm.
 */
import { unzip, type Unzipped } from 'fflate';
import { promisify } from 'node:util';
import type { Triple } from '../../core/tensor.js';
import { UserError, messageOf } from '../../core/errors.js';
import { entryOf } from '../../core/entry-of.js';
import type { Affine } from '../geometry.js';
import { arranged, strided } from './array-layout.js';
import { LARGEST_BYTES, loadAll } from './bytes.js';
import { evenTiming, type Format, type RawScan, type VoxelArray } from './format.js';
import type { NumberType } from './numbers.js';
import { decodeRaw } from './raw-data.js';

const TYPES: Readonly<Record<string, NumberType>> = {
  i1: 'int8',
  u1: 'uint8',
  b1: 'uint8',
  i2: 'int16',
  u2: 'uint16',
  i4: 'int32',
  u4: 'uint32',
  i8: 'int64',
  u8: 'uint64',
  f4: 'float32',
  f8: 'float64',
};

/** Names under which a `.npz` may hold its voxels; else its only array. */
const VOXELS = ['voxels', 'image', 'data', 'volume', 'arr_0'];

interface NumpyArray {
  readonly shape: readonly number[];
  readonly values: VoxelArray;
}

export const numpy: Format = {
  name: 'numpy',
  source: 'https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html',
  revision: 0,
  bare: true,
  extensions: ['.npy', '.npz'],
  read: (path) => readArray(path, undefined),
  readAs: (layout, path) => readArray(path, layout),
};

async function readArray(path: string, layout: string | undefined): Promise<RawScan> {
  const bytes = await loadAll(path);
  if (path.toLowerCase().endsWith('.npy')) return scanOf(path, arrayOf(path, bytes), null, null, layout);
  const members = await unzipped(path, bytes);
  const names = Object.keys(members);
  const name =
    VOXELS.find((candidate) => names.includes(candidate)) ?? (names.length === 1 ? names[0] : undefined);
  const member = (key: string): NumpyArray | null =>
    members[key] === undefined ? null : arrayOf(path, members[key]);
  const voxels = name === undefined ? null : member(name);
  if (voxels === null)
    throw new UserError({
      subject: path,
      problem: `holds the arrays ${names.join(', ') || 'none'}`,
      fix: `name the voxels ${VOXELS[0] ?? ''}`,
    });
  return scanOf(path, voxels, member('spacing'), member('affine'), layout);
}

/** Arrays of a `.npz` by name; their total size is bounded like that of a file. */
async function unzipped(path: string, bytes: Uint8Array): Promise<Unzipped> {
  let total = 0;
  try {
    const members = await promisify(
      (data: Uint8Array, done: (error: Error | null, files: Unzipped) => void) =>
        unzip(data, { filter: ({ originalSize }) => (total += originalSize) <= LARGEST_BYTES }, done),
    )(bytes);
    if (total > LARGEST_BYTES)
      throw new Error(`its arrays have ${total} bytes; at most ${LARGEST_BYTES} are read`);
    return Object.fromEntries(
      Object.entries(members).map(([name, data]) => [name.replace(/\.npy$/, ''), data]),
    );
  } catch (cause) {
    throw new UserError(
      { subject: path, problem: `not a sound .npz file (${messageOf(cause)})`, fix: 'write it again' },
      { cause },
    );
  }
}

function arrayOf(path: string, bytes: Uint8Array): NumpyArray {
  const refuse = (problem: string, fix = 'write it again with numpy.save'): never => {
    throw new UserError({ subject: path, problem, fix });
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || Buffer.from(bytes.subarray(0, 6)).toString('latin1') !== '\x93NUMPY')
    refuse('not a NumPy array: it does not begin with \\x93NUMPY', 'rename, convert or remove it');
  const wide = (bytes[6] as number) >= 2;
  const start = (wide ? 12 : 10) + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (start > bytes.length) refuse(`truncated: its header has ${start} bytes, ${bytes.length} are there`);
  const header = Buffer.from(bytes.subarray(wide ? 12 : 10, start)).toString('latin1');
  const [, order = '', kind = ''] = /'descr': *'([<>|=])([a-zA-Z]\d+)'/.exec(header) ?? [];
  const [, shapeText] = /'shape': *\(([\d, ]*)\)/.exec(header) ?? [];
  const type =
    entryOf(TYPES, kind) ??
    refuse(`values of type ${kind || 'unknown'} are not read`, 'convert it to float32');
  const shape = (shapeText ?? refuse('its header has no shape'))
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  const { voxels: values } = decodeRaw(path, bytes.subarray(start), {
    type,
    little: order !== '>',
    count,
    encoding: 'raw',
  });
  const fortran = /'fortran_order': *True/.test(header);
  return { shape, values: fortran ? rowMajor(values, shape) : values };
}

/** Reorders values from first axis fastest to last axis fastest. */
function rowMajor(values: VoxelArray, shape: readonly number[]): VoxelArray {
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));
  return strided(values, shape, strides);
}

function scanOf(
  path: string,
  array: NumpyArray,
  spacing: NumpyArray | null,
  affine: NumpyArray | null,
  layout: string | undefined,
): RawScan {
  const refuse = (problem: string, fix: string): never => {
    throw new UserError({ subject: path, problem, fix });
  };
  const { size, frames, values } = arranged(array, layout, refuse);
  if (spacing !== null && spacing.values.length !== 3)
    refuse('its spacing has not three numbers', 'write [z, y, x] in mm');
  if (affine !== null && affine.values.length !== 16)
    refuse('its affine is not 4 × 4', 'write the affine to RAS+ mm');
  const at = (row: number, column: number): number =>
    affine !== null
      ? Number(affine.values[4 * row + column])
      : row !== column
        ? 0
        : spacing === null
          ? 1
          : Number(spacing.values[2 - row]);
  const row = (index: number): Affine[number] => [
    at(index, 0),
    at(index, 1),
    at(index, 2),
    affine === null ? 0 : at(index, 3),
  ];
  const matrix: Affine = [row(0), row(1), row(2)];
  const mm = [0, 1, 2].map((column) =>
    Math.hypot(...matrix.map((entries) => entries[column] as number)),
  ) as unknown as Triple;
  if (!mm.every((length) => length > 0 && Number.isFinite(length)))
    refuse(`its voxels are spaced by ${mm.join(', ')} mm`, 'correct its spacing');
  return {
    format: 'numpy',
    modality: null,
    size,
    frames,
    spacing: mm,
    calibrated: spacing !== null || affine !== null,
    ...evenTiming(frames, null),
    affine: matrix,
    remarks: spacing === null && affine === null && size[2] > 1 ? ['voxels are taken to be 1 mm apart'] : [],
    voxels: values,
  };
}
