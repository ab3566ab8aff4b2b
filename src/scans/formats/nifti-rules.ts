/**
 * Rules that a NIfTI header must meet before its file is read: sizes, data type, rescaling, geometry.
 *
 * Other readers accept much of what is refused here and repair it silently; a wrong spacing then trains a network.
 */
import { UserError } from '../../core/errors.js';
import { ORIENTATIONS } from './analyze.js';
import type { NiftiHeader } from './nifti-header.js';
import { bytesPerNumber, type NumberType } from './numbers.js';

/** Supported data types: one real number per voxel, or a colour of several bytes. */
const TYPES: Readonly<Record<number, { readonly type: NumberType; readonly samples: 1 | 3 | 4 }>> = {
  2: { type: 'uint8', samples: 1 },
  4: { type: 'int16', samples: 1 },
  8: { type: 'int32', samples: 1 },
  16: { type: 'float32', samples: 1 },
  64: { type: 'float64', samples: 1 },
  128: { type: 'uint8', samples: 3 }, // RGB24
  256: { type: 'int8', samples: 1 },
  512: { type: 'uint16', samples: 1 },
  768: { type: 'uint32', samples: 1 },
  1024: { type: 'int64', samples: 1 },
  1280: { type: 'uint64', samples: 1 },
  2304: { type: 'uint8', samples: 4 }, // RGBA32
};

/** Relative difference between the spacings in sform and pixdim above which one of them must be wrong. */
const MISMATCH = 0.01;

/** Maximum millimetres of an origin; no scanner is so far from its patient. */
const FARTHEST = 1e7;

export interface NiftiLayout {
  /** Extents `[x, y, z, frames]`. */
  readonly size: readonly [number, number, number, number];
  /** First byte of the voxels. */
  readonly start: number;
  /** Bytes of the whole file, decompressed. */
  readonly end: number;
  readonly little: boolean;
  readonly type: NumberType;
  /** Numbers per voxel: 3 or 4 for colours. */
  readonly samples: 1 | 3 | 4;
  /** `value = slope * stored + intercept`. */
  readonly slope: number;
  readonly intercept: number;
}

/** A broken rule, and what to do about it. */
class Broken extends Error {
  constructor(
    readonly problem: string,
    readonly fix: string,
  ) {
    super(problem);
  }
}

/** Layout of the voxels of the file at `path`; throws if its header is unsound. */
export function layoutOf(path: string, header: NiftiHeader): NiftiLayout {
  try {
    const size = sizeOf(header);
    const { type, samples } = typeOf(header);
    const start = startOf(header);
    const rescaling = rescalingOf(header);
    checkGeometry(header);
    const count = size.reduce((product, extent) => product * extent);
    return {
      size,
      start,
      end: start + count * samples * bytesPerNumber(type),
      little: header.little,
      type,
      samples,
      ...rescaling,
    };
  } catch (thrown) {
    if (!(thrown instanceof Broken)) throw thrown;
    throw new UserError({ subject: path, problem: thrown.problem, fix: thrown.fix });
  }
}

function sizeOf(header: NiftiHeader): NiftiLayout['size'] {
  const axes = header.get('dim');
  if (axes < 1 || axes > 7) {
    throw new Broken(`its header declares ${axes} axes, 1 to 7 are possible`, 'convert it again');
  }
  const extents = Array.from({ length: axes }, (_, axis) => header.get('dim', axis + 1));
  if (extents.some((extent) => extent < 1)) {
    throw new Broken(`its header declares the size ${extents.join(' × ')}`, 'convert it again');
  }
  const [x = 1, y = 1, z = 1, frames = 1, ...rest] = extents;
  if (rest.some((extent) => extent > 1)) {
    throw new Broken(
      `holds several values per voxel (${extents.join(' × ')})`,
      'write one file per component',
    );
  }
  return [x, y, z, frames];
}

function typeOf(header: NiftiHeader): { type: NumberType; samples: 1 | 3 | 4 } {
  const code = header.get('datatype');
  const known = TYPES[code];
  if (known === undefined)
    throw new Broken(`data type ${code} is not one real number or colour per voxel`, 'convert it to float32');
  const bits = 8 * known.samples * bytesPerNumber(known.type);
  const declared = header.get('bitpix');
  if (declared !== bits) {
    throw new Broken(
      `data type ${code} has ${bits} bits per voxel, its header says ${declared}`,
      'convert it again',
    );
  }
  return known;
}

function startOf(header: NiftiHeader): number {
  const start = header.get('voxOffset');
  if (!(start >= 0 && start <= 2 ** 31))
    throw new Broken(`its voxels are said to start at byte ${start}`, 'correct vox_offset in its header');
  // By nifti1.h voxels never begin before the end of the header and four more bytes, whatever the field says.
  return Math.max(Math.trunc(start), header.pair ? 0 : header.bytes + 4);
}

/** Rescaling; a slope of NaN or 0 means that there is none. */
function rescalingOf(header: NiftiHeader): Pick<NiftiLayout, 'slope' | 'intercept'> {
  const slope = header.get('sclSlope');
  // SPM writes a slope into ANALYZE headers, and no intercept.
  const intercept = header.analyze ? 0 : header.get('sclInter');
  if (slope === 0 || Number.isNaN(slope)) return { slope: 1, intercept: 0 };
  if (!Number.isFinite(slope * intercept)) {
    throw new Broken(
      `its voxels are to be rescaled by slope ${slope} and intercept ${intercept}`,
      'correct scl_slope and scl_inter in its header',
    );
  }
  return { slope, intercept };
}

function checkGeometry(header: NiftiHeader): void {
  const pixdim = [1, 2, 3].slice(0, header.get('dim')).map((index) => header.get('pixdim', index));
  const spacings = header.analyze ? pixdim.map(Math.abs) : pixdim;
  const wrong = spacings.findIndex((spacing) => !(spacing > 0 && Number.isFinite(spacing)));
  if (wrong !== -1)
    throw new Broken(`spacing along axis ${wrong} is ${spacings[wrong]} mm`, 'correct pixdim in its header');
  if (header.analyze) return checkOrient(header.get('orient'));
  if (header.get('sformCode') > 0) {
    checkSform((row, column) => header.get('srow', 4 * row + column), spacings);
  } else if (header.get('qformCode') > 0) {
    const length = Math.hypot(...[0, 1, 2].map((part) => header.get('quatern', part)));
    if (!(length < 1.001))
      throw new Broken(`its quaternion is ${length} long, a rotation's is at most 1`, 'correct its qform');
  }
}

function checkOrient(orient: number): void {
  if (orient in ORIENTATIONS) return;
  throw new Broken(
    `an ANALYZE header whose orient is ${orient}, 0 to 5 are possible`,
    'convert it to NIfTI with a tool that knows how it lies',
  );
}

/** @param pixdim the spacings that the header states separately, in mm */
function checkSform(at: (row: number, column: number) => number, pixdim: readonly number[]): void {
  const columns = [0, 1, 2].map((column) => [0, 1, 2].map((row) => at(row, column)));
  const norms = columns.map((column) => Math.hypot(...column));
  if (!norms.every((norm) => norm > 0) || ![0, 1, 2].every((row) => Math.abs(at(row, 3)) < FARTHEST)) {
    throw new Broken(
      'its sform holds NaN, has an axis of length 0 or an origin that is nowhere',
      'correct its sform',
    );
  }
  pixdim.forEach((spacing, axis) => {
    const norm = norms[axis] as number;
    if (!(Math.abs(norm / spacing - 1) < MISMATCH)) {
      throw new Broken(
        `along axis ${axis} its sform spaces voxels by ${norm} mm, its pixdim by ${spacing} mm`,
        'correct one of them',
      );
    }
  });
}
