/**
 * What a manifest says of arrays and clips whose files cannot say it: the axes of an array, the size of voxels and where they
 * lie, times of frames, and which values are padding. Files that say how large their voxels are know better.
 */
import { UserError } from '../../core/errors.js';
import type { Triple } from '../../core/tensor.js';
import { evenTiming, timing, type RawScan } from '../formats/format.js';
import type { Affine } from '../geometry.js';

export interface Stated {
  /** Layout of the array, such as `zyx`. */
  readonly axes?: string;
  /** Millimetres along the stored axes `[x, y, z]`; absent if the size of voxels is unknown. */
  readonly spacing?: Triple;
  /** From voxel indices `[x, y, z]` to RAS+ millimetres. */
  readonly affine?: Affine;
  /** Seconds from frame to frame; null if unknown, whatever the file says. */
  readonly frameTime?: number | null;
  /** Seconds of each frame. */
  readonly frameTimes?: readonly number[];
  /** Lowest and highest value that is no measurement. */
  readonly padding?: readonly [number, number];
}

/** Columns of a manifest that state it. */
export const STATED_COLUMNS = [
  'axes',
  'spacing_mm',
  'affine',
  'frame_time_s',
  'frame_times_s',
  'padding',
] as const;
type Column = (typeof STATED_COLUMNS)[number];

const UNKNOWN = 'unknown';

/** Cells that state it, for a writer of manifests; `statedOf` reads them back exactly. */
export function cellsOf(stated: Stated): Record<Column, string> {
  const { axes = '', spacing = [], affine = [], frameTime, frameTimes = [], padding = [] } = stated;
  return {
    axes,
    spacing_mm: spacing.join(' '),
    affine: affine.flat().join(' '),
    frame_time_s: frameTime === undefined ? '' : String(frameTime ?? UNKNOWN),
    frame_times_s: frameTimes.join(' '),
    padding: padding.join(' '),
  };
}

/** Returns null if no cell states anything. Throws a `UserError` with this subject for a cell that cannot be. */
export function statedOf(row: Readonly<Partial<Record<string, string>>>, subject: string): Stated | null {
  const numbers = (column: Column, count: number | null): number[] | undefined => {
    const cell = row[column] ?? '';
    if (cell === '') return undefined;
    const values = cell.split(/[\s,;]+/).map(Number);
    if ((count === null || values.length === count) && values.every(Number.isFinite)) return values;
    const problem = `${column} is ${cell}`;
    throw new UserError({ subject, problem, fix: `write ${count ?? 'a number for each frame'} numbers` });
  };
  const refuse = (column: Column, fix: string): never => {
    throw new UserError({ subject, problem: `${column} is ${row[column]}`, fix });
  };
  const axes = row['axes'] ?? '';
  if (axes !== '' && !/^(?!.*(.).*\1)(?=.*y)(?=.*x)[tzyxc]+$/.test(axes))
    refuse('axes', 'write letters such as tzyx');
  const spacing = numbers('spacing_mm', 3) as Triple | undefined;
  if (spacing?.some((mm) => mm <= 0)) refuse('spacing_mm', 'write three lengths above 0');
  const affine = affineOf(numbers('affine', 12));
  if (affine !== undefined && normsOf(affine).some((mm) => mm === 0))
    refuse('affine', 'write axes that have a length');
  const unknown = row['frame_time_s'] === UNKNOWN;
  const [frameTime] = unknown ? [null] : (numbers('frame_time_s', 1) ?? []);
  if (typeof frameTime === 'number' && frameTime <= 0) refuse('frame_time_s', 'write seconds above 0');
  const frameTimes = numbers('frame_times_s', null);
  const padding = numbers('padding', 2) as [number, number] | undefined;
  const stated: Stated = {
    ...(axes === '' ? {} : { axes }),
    ...(spacing === undefined ? {} : { spacing }),
    ...(affine === undefined ? {} : { affine }),
    ...(frameTime === undefined ? {} : { frameTime }),
    ...(frameTimes === undefined ? {} : { frameTimes }),
    ...(padding === undefined ? {} : { padding }),
  };
  return Object.keys(stated).length === 0 ? null : stated;
}

function affineOf(values: readonly number[] | undefined): Affine | undefined {
  if (values === undefined) return undefined;
  return [0, 4, 8].map((start) => values.slice(start, start + 4)) as unknown as Affine;
}

/** The scan with what its manifest states. `name`: of the scan, for errors. */
export function withStated(name: string, scan: RawScan, stated: Stated): RawScan {
  const placed = scan.calibrated ? scan : { ...scan, ...placeOf(scan, stated) };
  const padding = paddingOf(scan, stated);
  return { ...placed, ...timesOf(name, scan, stated), ...(padding === null ? {} : { padding }) };
}

function placeOf(scan: RawScan, { spacing, affine }: Stated): Partial<RawScan> {
  if (affine !== undefined)
    return {
      affine,
      spacing: spacing ?? normsOf(affine),
      calibrated: spacing !== undefined,
      remarks: [],
    };
  if (spacing === undefined) return {};
  const scaled = scan.affine.map((row) =>
    row.map((value, axis) =>
      axis === 3 ? value : (value * (spacing[axis] ?? 1)) / (scan.spacing[axis] ?? 1),
    ),
  );
  return { affine: scaled as unknown as Affine, spacing, calibrated: true, remarks: [] };
}

const normsOf = (affine: Affine): Triple =>
  [0, 1, 2].map((axis) => Math.hypot(...affine.map((row) => row[axis] as number))) as unknown as Triple;

function timesOf(
  name: string,
  { frames }: RawScan,
  { frameTime, frameTimes }: Stated,
): Partial<Pick<RawScan, 'frameTime' | 'frameTimes'>> {
  if (frameTimes === undefined) return frameTime === undefined ? {} : evenTiming(frames, frameTime);
  if (frameTimes.length !== frames)
    throw new UserError({
      subject: name,
      problem: `its manifest states ${frameTimes.length} times of frames, and it has ${frames} frames`,
      fix: 'correct frame_times_s',
    });
  return timing(frameTimes);
}

function paddingOf({ voxels }: RawScan, { padding }: Stated): Uint8Array | null {
  if (padding === undefined) return null;
  const [low, high] = padding;
  const mask = Uint8Array.from(voxels as ArrayLike<number>, (value) =>
    value >= low && value <= high ? 1 : 0,
  );
  return mask.includes(1) ? mask : null;
}
