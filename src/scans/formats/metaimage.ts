/**
 * MetaImage: `.mha`, and `.mhd` with its `.raw` or `.zraw`.
 *
 * Source: https://itk.org/Wiki/ITK/MetaIO/Documentation
 * A text header (`Key = value` lines) that ends with `ElementDataFile`; the frame is LPS, the first axis fastest.
 */
import type { Triple } from '../../core/tensor.js';
import { UserError } from '../../core/errors.js';
import { entryOf } from '../../core/entry-of.js';
import { affineOfColumns } from '../geometry.js';
import { loadAll, peek } from './bytes.js';
import { dataFileOf, isPattern, numberedFiles } from './data-files.js';
import { evenTiming, type Format } from './format.js';
import { lumaOf, type NumberType } from './numbers.js';
import { decodeRaw, readRaw, type RawLayout } from './raw-data.js';

const TYPES: Readonly<Record<string, NumberType>> = {
  MET_CHAR: 'int8',
  MET_UCHAR: 'uint8',
  MET_SHORT: 'int16',
  MET_USHORT: 'uint16',
  MET_INT: 'int32',
  MET_UINT: 'uint32',
  MET_LONG: 'int32',
  MET_ULONG: 'uint32',
  MET_LONG_LONG: 'int64',
  MET_ULONG_LONG: 'uint64',
  MET_FLOAT: 'float32',
  MET_DOUBLE: 'float64',
};

/** Types for which several values per voxel are colours; for other types they are vectors. */
const COLOURS: readonly string[] = ['MET_UCHAR', 'MET_USHORT'];

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** Maximum length of a header; those that ITK writes include DICOM's keys. */
const LONGEST_HEADER = 2 ** 20;

interface Header {
  readonly fields: ReadonlyMap<string, string>;
  /** Offset of the data after the header: voxels, or a list of files. */
  readonly end: number;
  /** The lines that follow. */
  readonly list: readonly string[];
}

type Refuse = (problem: string, fix?: string) => never;

export const metaImage: Format = {
  name: 'metaimage',
  source: 'https://itk.org/Wiki/ITK/MetaIO/Documentation',
  // 1: HeaderSize is read.
  revision: 1,
  extensions: ['.mha', '.mhd'],
  async parts(path) {
    const header = headerOf(path, await peek(path, LONGEST_HEADER));
    return dataFilesOf(path, header, sizesOf(header, refusing(path)), refusing(path));
  },
  async read(path) {
    const bytes = await loadAll(path);
    const header = headerOf(path, bytes);
    const { fields, end } = header;
    const refuse = refusing(path);
    const numbers = (key: string): number[] | undefined => fields.get(key)?.split(/\s+/).map(Number);
    const sizes = sizesOf(header, refuse);
    const samples = samplesOf(header, refuse);
    const layout = layoutOf(header, sizes, samples, refuse);
    const files = dataFilesOf(path, header, sizes, refuse);
    const { voxels, remarks } =
      files.length > 0
        ? await readRaw(path, files, layout)
        : decodeRaw(path, localBytes(bytes, end, header, layout), layout);
    const [x = 1, y = 1, z = 1, frames = 1] = sizes;
    const spacings = numbers('ElementSpacing') ?? numbers('ElementSize');
    return {
      format: 'metaimage',
      // ITK keeps DICOM's elements under their numbers.
      modality: fields.get('Modality')?.replace(/^MET_MOD_/, '') ?? fields.get('0008|0060') ?? null,
      size: [x, y, z],
      frames,
      ...geometryOf(sizes.length, numbers, spacings, refuse),
      calibrated: spacings !== undefined,
      ...evenTiming(frames, spacings?.[3] ?? null),
      remarks,
      voxels: samples === 1 ? voxels : lumaOf(voxels, samples),
    };
  },
};

function refusing(path: string): Refuse {
  return (problem, fix = 'convert it again') => {
    throw new UserError({ subject: path, problem, fix });
  };
}

/** Fields up to `ElementDataFile`, which is the last. */
function headerOf(path: string, bytes: Uint8Array): Header {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, LONGEST_HEADER));
  const fields = new Map<string, string>();
  let end = 0;
  while (end < text.length && !fields.has('ElementDataFile')) {
    const next = text.indexOf('\n', end);
    const line = text.slice(end, next === -1 ? undefined : next).trim();
    end = next === -1 ? text.length : next + 1;
    const equals = line.indexOf('=');
    if (equals > 0) fields.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
    else if (line !== '') break;
  }
  if (!fields.has('NDims'))
    throw new UserError({
      subject: path,
      problem: 'not a MetaImage file: its header has no NDims',
      fix: 'rename, convert or remove it',
    });
  const isList = isListed(fields.get('ElementDataFile') ?? '');
  const list = isList ? text.slice(end).split('\n') : [];
  return { fields, end, list: list.map((line) => line.trim()).filter((line) => line !== '') };
}

function isListed(file: string): boolean {
  return /^LIST\b/i.test(file);
}

function sizesOf({ fields }: Header, refuse: Refuse): number[] {
  const axes = Number(fields.get('NDims'));
  const sizes = fields.get('DimSize')?.split(/\s+/).map(Number) ?? [];
  const sound = sizes.length === axes && sizes.every((size) => Number.isInteger(size) && size > 0);
  if (![2, 3, 4].includes(axes) || !sound)
    refuse(`its header declares ${fields.get('NDims') ?? 'no'} axes of sizes ${sizes.join(' × ')}`);
  return sizes;
}

function samplesOf({ fields }: Header, refuse: Refuse): number {
  const samples = Number(fields.get('ElementNumberOfChannels') ?? 1);
  const type = fields.get('ElementType') ?? 'none';
  if (samples !== 1 && !([3, 4].includes(samples) && COLOURS.includes(type)))
    refuse(`${samples} values per voxel of type ${type} are no colour`, 'write one file per component');
  return samples;
}

function layoutOf({ fields }: Header, sizes: readonly number[], samples: number, refuse: Refuse): RawLayout {
  const type = fields.get('ElementType') ?? 'none';
  const isTrue = (key: string): boolean | undefined => {
    const text = fields.get(key)?.toLowerCase();
    return text === undefined ? undefined : /^(true|t|1)$/.test(text);
  };
  const compressed = isTrue('CompressedData') === true;
  const skipBytes = Number(fields.get('HeaderSize') ?? 0);
  if (!Number.isInteger(skipBytes) || skipBytes < -1 || (compressed && skipBytes !== 0))
    refuse(
      `its HeaderSize is ${fields.get('HeaderSize')}${compressed ? ' of compressed voxels' : ''}`,
      'correct its header: bytes before the voxels, or -1 where they are the last',
    );
  return {
    type: entryOf(TYPES, type) ?? refuse(`values of type ${type} are not read`, 'convert it to MET_FLOAT'),
    little: (isTrue('BinaryDataByteOrderMSB') ?? isTrue('ElementByteOrderMSB')) !== true,
    count: sizes.reduce((product, size) => product * size, samples),
    encoding: compressed ? 'zlib' : isTrue('BinaryData') === false ? 'text' : 'raw',
    skipBytes,
  };
}

/** Files that hold the voxels, in order; empty if the voxels follow the header. */
function dataFilesOf(
  path: string,
  { fields, list }: Header,
  sizes: readonly number[],
  refuse: Refuse,
): string[] {
  const file = fields.get('ElementDataFile') ?? refuse('its header does not end with ElementDataFile');
  if (file.toUpperCase() === 'LOCAL') return [];
  if (isListed(file)) {
    // Number of axes of each file; the remaining axes count files.
    const axes = Number(/^LIST\s+(\d+)/i.exec(file)?.[1] ?? sizes.length - 1);
    const count = sizes.slice(axes).reduce((product, size) => product * size, 1);
    if (list.length !== count)
      refuse(`its header lists ${list.length} data files, ${count} are needed`, 'correct the list');
    return list.map((name) => dataFileOf(path, name));
  }
  if (!isPattern(file)) return [dataFileOf(path, file)];
  const [pattern = '', ...given] = file.split(/\s+/);
  const count = sizes.at(-1) ?? 1;
  const [first = 1, end = first + count - 1, step = Math.max(1, Math.floor((end - first + 1) / count))] =
    given.map(Number);
  return numberedFiles(path, pattern, { first, last: Math.min(end, first + (count - 1) * step), step });
}

/** Bytes of voxels after the header; `HeaderSize` counts from the beginning of the file. */
function localBytes(
  bytes: Uint8Array,
  end: number,
  { fields }: Header,
  { skipBytes }: RawLayout,
): Uint8Array {
  if (skipBytes !== 0) return bytes;
  const size = Number(fields.get('CompressedDataSize'));
  return size > 0 && bytes.length - end > size ? bytes.subarray(end, end + size) : bytes.subarray(end);
}

/** `TransformMatrix` lists the direction of each axis in turn; with two or four axes, space is the first three. */
function geometryOf(
  axes: number,
  numbers: (key: string) => number[] | undefined,
  spacings: readonly number[] | undefined,
  refuse: Refuse,
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
