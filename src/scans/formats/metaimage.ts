/**
 * MetaImage: `.mha`, and `.mhd` with its `.raw` or `.zraw`.
 *
 * Source: https://itk.org/Wiki/ITK/MetaIO/Documentation
 * A text header (`Key = value` lines) that ends with `ElementDataFile`; the frame is LPS, the first axis fastest.
 */
import { UserError } from '../../core/errors.js';
import { affineOfColumns, type Triple } from '../geometry.js';
import { loadAll, peek } from './bytes.js';
import { evenTiming, type Format } from './format.js';
import { lumaOf, type NumberType } from './numbers.js';
import { decodeRaw, dataFileOf, type RawLayout } from './raw-data.js';

const TYPES: Readonly<Record<string, NumberType>> = {
  MET_CHAR: 'int8',
  MET_UCHAR: 'uint8',
  MET_SHORT: 'int16',
  MET_USHORT: 'uint16',
  MET_INT: 'int32',
  MET_UINT: 'uint32',
  MET_LONG_LONG: 'int64',
  MET_ULONG_LONG: 'uint64',
  MET_FLOAT: 'float32',
  MET_DOUBLE: 'float64',
};

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];

export const metaImage: Format = {
  name: 'metaimage',
  source: 'https://itk.org/Wiki/ITK/MetaIO/Documentation',
  extensions: ['.mha', '.mhd'],
  async parts(path) {
    const file = headerOf(path, await peek(path)).fields.get('ElementDataFile') ?? 'LOCAL';
    return file.toUpperCase() === 'LOCAL' ? [] : [dataFileOf(path, file)];
  },
  async read(path) {
    const bytes = await loadAll(path);
    const { fields, end } = headerOf(path, bytes);
    const refuse = (problem: string, fix = 'convert it again'): never => {
      throw new UserError({ subject: path, problem, fix });
    };
    const numbers = (key: string): number[] | undefined => fields.get(key)?.split(/\s+/).map(Number);
    const axes = Number(fields.get('NDims'));
    const sizes = numbers('DimSize') ?? [];
    if (
      ![2, 3, 4].includes(axes) ||
      sizes.length !== axes ||
      !sizes.every((size) => Number.isInteger(size) && size > 0)
    )
      refuse(`its header declares ${fields.get('NDims') ?? 'no'} axes of sizes ${sizes.join(' × ')}`);
    const samples = Number(fields.get('ElementNumberOfChannels') ?? 1);
    if (![1, 3, 4].includes(samples))
      refuse(`${samples} values per voxel are not read`, 'write one file per component');
    const type = fields.get('ElementType') ?? 'none';
    const msb = fields.get('BinaryDataByteOrderMSB') ?? fields.get('ElementByteOrderMSB') ?? 'False';
    const layout: RawLayout = {
      type: TYPES[type] ?? refuse(`values of type ${type} are not read`, 'convert it to MET_FLOAT'),
      little: msb.toLowerCase() !== 'true',
      count: sizes.reduce((product, size) => product * size, samples),
      encoding:
        fields.get('CompressedData')?.toLowerCase() === 'true'
          ? 'zlib'
          : fields.get('BinaryData')?.toLowerCase() === 'false'
            ? 'text'
            : 'raw',
    };
    const file = fields.get('ElementDataFile') ?? refuse('its header does not end with ElementDataFile');
    if (/^LIST\b|%/.test(file))
      refuse('voxels spread over several files are not read', 'write one data file');
    const data = file.toUpperCase() === 'LOCAL' ? bytes.subarray(end) : await loadAll(dataFileOf(path, file));
    const voxels = decodeRaw(path, data, layout);
    const [x = 1, y = 1, z = 1, frames = 1] = sizes;
    const spacings = numbers('ElementSpacing') ?? numbers('ElementSize');
    return {
      format: 'metaimage',
      modality: fields.get('Modality')?.replace(/^MET_MOD_/, '') ?? null,
      size: [x, y, z],
      frames,
      ...geometryOf(axes, numbers, spacings, refuse),
      calibrated: spacings !== undefined,
      ...evenTiming(frames, spacings?.[3] ?? null),
      remarks: [],
      voxels: samples === 1 ? voxels : lumaOf(voxels as Float32Array, samples),
    };
  },
};

function headerOf(path: string, bytes: Uint8Array): { fields: Map<string, string>; end: number } {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, 1 << 16));
  const fields = new Map<string, string>();
  let end = 0;
  while (end < text.length && !fields.has('ElementDataFile')) {
    const next = text.indexOf('\n', end);
    const line = text.slice(end, next === -1 ? undefined : next);
    end = next === -1 ? text.length : next + 1;
    const [, key, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || value === undefined) break;
    fields.set(key, value);
  }
  if (!fields.has('NDims'))
    throw new UserError({
      subject: path,
      problem: 'not a MetaImage file: its header has no NDims',
      fix: 'rename, convert or remove it',
    });
  return { fields, end };
}

/** `TransformMatrix` lists the direction of each axis in turn; with two or four axes, space is the first three. */
function geometryOf(
  axes: number,
  numbers: (key: string) => number[] | undefined,
  spacings: readonly number[] | undefined,
  refuse: (problem: string, fix?: string) => never,
): { affine: ReturnType<typeof affineOfColumns>; spacing: Triple } {
  const listed = numbers('TransformMatrix') ?? numbers('Rotation') ?? numbers('Orientation');
  const direction = (axis: number, row: number): number =>
    listed === undefined || axis >= axes || row >= axes
      ? (IDENTITY[3 * axis + row] as number)
      : (listed[axis * axes + row] ?? NaN);
  const spacing = [0, 1, 2].map((axis) => (axis < axes ? (spacings?.[axis] ?? 1) : 1)) as unknown as Triple;
  const column = (axis: 0 | 1 | 2): Triple => [
    direction(axis, 0) * spacing[axis],
    direction(axis, 1) * spacing[axis],
    direction(axis, 2) * spacing[axis],
  ];
  const columns = [column(0), column(1), column(2)] as const;
  const [x = 0, y = 0, z = 0] = numbers('Offset') ?? numbers('Position') ?? numbers('Origin') ?? [];
  const sound = columns.every(
    (vector, axis) => Math.abs(Math.hypot(...vector) / (spacing[axis] as number) - 1) < 0.01,
  );
  if (!sound || !spacing.every((mm) => mm > 0) || ![x, y, z].every(Number.isFinite))
    refuse(
      `its spacing is ${spacing.join(', ')} mm and its axes are ${listed?.join(', ') ?? 'plain'}`,
      'correct its header',
    );
  return { affine: affineOfColumns(columns, [x, y, z], 'LPS'), spacing };
}
