/**
 * NRRD: `.nrrd`, and `.nhdr` with its data file.
 *
 * Source: https://teem.sourceforge.net/nrrd/format.html
 * A text header (`key: value` lines up to an empty one), then voxels, first axis fastest.
 */
import type { Triple } from '../../core/tensor.js';
import { entryOf } from '../../core/entry-of.js';
import { affineOfColumns, type Frame } from '../geometry.js';
import { loadAll, peek } from './bytes.js';
import { evenTiming, type Format, type VoxelArray } from './format.js';
import { lumaOf, type NumberType } from './numbers.js';
import {
  LONGEST_HEADER,
  dataFilesOf,
  headerOf,
  refusing,
  sizesOf,
  skipsOf,
  type Refuse,
} from './nrrd-header.js';
import { decodeRaw, readRaw, type RawLayout } from './raw-data.js';

const TYPES: Readonly<Record<string, NumberType>> = {
  'signed char': 'int8', int8: 'int8', int8_t: 'int8',
  uchar: 'uint8', 'unsigned char': 'uint8', uint8: 'uint8', uint8_t: 'uint8',
  short: 'int16', 'short int': 'int16', 'signed short': 'int16', 'signed short int': 'int16', int16: 'int16', int16_t: 'int16',
  ushort: 'uint16', 'unsigned short': 'uint16', 'unsigned short int': 'uint16', uint16: 'uint16', uint16_t: 'uint16',
  int: 'int32', 'signed int': 'int32', int32: 'int32', int32_t: 'int32',
  uint: 'uint32', 'unsigned int': 'uint32', uint32: 'uint32', uint32_t: 'uint32',
  longlong: 'int64', 'long long': 'int64', int64: 'int64', int64_t: 'int64',
  ulonglong: 'uint64', 'unsigned long long': 'uint64', uint64: 'uint64', uint64_t: 'uint64',
  float: 'float32', double: 'float64',
}; // prettier-ignore

const ENCODINGS: Readonly<Record<string, RawLayout['encoding']>> = {
  raw: 'raw', gzip: 'gzip', gz: 'gzip', ascii: 'text', text: 'text', txt: 'text',
}; // prettier-ignore

/** World frames, by the directions towards which their axes grow. */
const SPACES: Readonly<Record<string, Frame>> = {
  'right-anterior-superior': 'RAS', ras: 'RAS',
  'left-anterior-superior': 'LAS', las: 'LAS',
  'left-posterior-superior': 'LPS', lps: 'LPS',
}; // prettier-ignore

/** Kinds of axes that are no spatial direction, with their numbers of colours. */
const COLOURS: Readonly<Record<string, 3 | 4>> = {
  '3-color': 3,
  'rgb-color': 3,
  '4-color': 4,
  'rgba-color': 4,
};

export const nrrd: Format = {
  name: 'nrrd',
  source: 'https://teem.sourceforge.net/nrrd/format.html',
  revision: 0,
  extensions: ['.nrrd', '.nhdr'],
  async parts(path) {
    const header = headerOf(path, await peek(path, LONGEST_HEADER));
    return dataFilesOf(path, header, sizesOf(header, refusing(path)), refusing(path));
  },
  async read(path) {
    const bytes = await loadAll(path);
    const header = headerOf(path, bytes);
    const { fields, end } = header;
    const refuse = refusing(path);
    const field = (key: string): string => fields.get(key) ?? refuse(`its header has no field ${key}`);
    const sizes = sizesOf(header, refuse);
    const layout: RawLayout = {
      type:
        entryOf(TYPES, field('type').toLowerCase()) ??
        refuse(`values of type ${field('type')} are not read`, 'convert it to float'),
      little: (fields.get('endian') ?? 'little').toLowerCase() === 'little',
      count: sizes.reduce((product, size) => product * size, 1),
      encoding:
        entryOf(ENCODINGS, field('encoding').toLowerCase()) ??
        refuse(`the encoding ${field('encoding')} is not read`, 'write it raw or gzip'),
      ...skipsOf(header, refuse),
    };
    const files = dataFilesOf(path, header, sizes, refuse);
    const axes = axesOf(fields, sizes, refuse);
    const { voxels, remarks } =
      files.length > 0 ? await readRaw(path, files, layout) : decodeRaw(path, bytes.subarray(end), layout);
    const { colour, frames, space } = axes;
    const at = (values: readonly number[], axis: number): number => values[space[axis] ?? -1] ?? 1;
    const size: Triple = [at(sizes, 0), at(sizes, 1), at(sizes, 2)];
    const geometry = geometryOf(fields, space, refuse);
    return {
      format: 'nrrd',
      modality: null,
      size,
      frames: frames === null ? 1 : (sizes[frames] ?? 1),
      ...geometry,
      ...evenTiming(
        frames === null ? 1 : (sizes[frames] ?? 1),
        frames === null ? null : (numbersOfField(fields.get('spacings'))[frames] ?? null),
      ),
      remarks,
      voxels: arranged(
        voxels,
        colour === null ? 1 : (sizes[colour] ?? 1),
        colour === null && frames === 0 ? (sizes[0] ?? 1) : 1,
      ),
    };
  },
};

/** Roles of the axes: space, time, colour. */
function axesOf(
  fields: ReadonlyMap<string, string>,
  sizes: readonly number[],
  refuse: Refuse,
): { space: number[]; frames: number | null; colour: number | null } {
  const kinds = (fields.get('kinds') ?? '')
    .toLowerCase()
    .split(/\s+/)
    .filter((kind) => kind !== '');
  const directions = directionsOf(fields);
  const isSpace = (axis: number): boolean =>
    directions !== null
      ? directions[axis] != null
      : kinds.length > 0
        ? /^(domain|space|\?\?\?|none)$/.test(kinds[axis] ?? '')
        : axis < 3;
  const space = sizes.map((_, axis) => axis).filter(isSpace);
  const [other, ...more] = sizes.map((_, axis) => axis).filter((axis) => !isSpace(axis));
  if (
    space.length < 2 ||
    space.length > 3 ||
    more.length > 0 ||
    (other !== undefined && other !== 0 && other !== sizes.length - 1)
  )
    refuse(
      `holds axes of sizes ${sizes.join(' × ')} and kinds ${kinds.join(', ') || 'unknown'}; two or three in space and one of time are read`,
    );
  if (other === undefined) return { space, frames: null, colour: null };
  const colour = other === 0 && entryOf(COLOURS, kinds[0] ?? '') === sizes[0];
  return { space, frames: colour ? null : other, colour: colour ? 0 : null };
}

/** `space directions`, one vector or null per axis. */
function directionsOf(fields: ReadonlyMap<string, string>): (number[] | null)[] | null {
  const text = fields.get('space directions');
  if (text === undefined) return null;
  return (text.match(/\([^)]*\)|none/gi) ?? []).map((part) => (/none/i.test(part) ? null : vectorOf(part)));
}

function vectorOf(text: string): number[] {
  return text.replace(/[()]/g, '').split(',').map(Number);
}

function numbersOfField(text: string | undefined): number[] {
  return text === undefined ? [] : text.split(/\s+/).map(Number);
}

function geometryOf(
  fields: ReadonlyMap<string, string>,
  space: readonly number[],
  refuse: Refuse,
): { affine: ReturnType<typeof affineOfColumns>; spacing: Triple; calibrated: boolean } {
  const name = fields.get('space')?.toLowerCase();
  const frame =
    name === undefined
      ? 'LPS'
      : (entryOf(SPACES, name) ??
        refuse(`the space ${name} is not read`, 'convert it to left-posterior-superior'));
  const directions = directionsOf(fields);
  const spacings = numbersOfField(fields.get('spacings'));
  const unit = (axis: number, length: number): Triple => [
    axis === 0 ? length : 0,
    axis === 1 ? length : 0,
    axis === 2 ? length : 0,
  ];
  const column = (axis: 0 | 1 | 2): Triple => {
    const stored = space[axis];
    const given = stored === undefined ? undefined : directions?.[stored];
    const [x = 0, y = 0, z = 0] =
      given ??
      unit(
        axis,
        stored === undefined ? 1 : Number.isFinite(spacings[stored]) ? (spacings[stored] as number) : 1,
      );
    return [x, y, z];
  };
  const [x = 0, y = 0, z = 0] = fields.has('space origin') ? vectorOf(fields.get('space origin') ?? '') : [];
  const columns = [column(0), column(1), column(2)] as const;
  const spacing = columns.map((vector) => Math.hypot(...vector));
  if (!spacing.every((mm) => mm > 0 && Number.isFinite(mm)) || ![x, y, z].every(Number.isFinite))
    refuse(`its voxels are spaced by ${spacing.join(', ')} mm from (${[x, y, z].join(', ')})`);
  return {
    affine: affineOfColumns(columns, [x, y, z], frame),
    spacing: spacing as unknown as Triple,
    calibrated: directions !== null || spacings.length > 0,
  };
}

/** Converts colours to luma; moves frames from the fastest axis to the slowest. */
function arranged(voxels: VoxelArray, samples: number, frames: number): VoxelArray {
  if (samples >= 3) return lumaOf(voxels, samples);
  if (frames === 1) return voxels;
  const count = voxels.length / frames;
  const out = voxels.slice();
  for (let frame = 0; frame < frames; frame++)
    for (let i = 0; i < count; i++) out[frame * count + i] = voxels[i * frames + frame] as never;
  return out;
}
