/**
 * NIfTI-1 and NIfTI-2: `.nii`, `.nii.gz`, and pairs of `.hdr` and `.img`; ANALYZE 7.5, the predecessor of NIfTI-1.
 *
 * Read here rather than by ITK, which fills in what is missing (a truncated file reads as a volume that ends in zeros,
 * NaN reads as zero) and supports neither NIfTI-2 nor float64 affines; after the checks only an array is left to read.
 */
import type { Triple } from '../../core/tensor.js';
import { UserError } from '../../core/errors.js';
import type { Affine } from '../geometry.js';
import { analyzeAffine, analyzeRemarks } from './analyze.js';
import { headOf, isGzip, loadExactly, peek, surplusRemarks } from './bytes.js';
import { evenTiming, type Format, type ScanInfo } from './format.js';
import { imageBeside, openHeader, type NiftiHeader } from './nifti-header.js';
import { layoutOf } from './nifti-rules.js';
import { lumaOf, numbersOf, rescaled } from './numbers.js';

/** `xyzt_units`: millimetres per unit of space, seconds per unit of time. */
const MILLIMETRES: Readonly<Record<number, number>> = { 1: 1000, 2: 1, 3: 0.001 };
const SECONDS: Readonly<Record<number, number>> = { 8: 1, 16: 0.001, 24: 0.000001 };

export const nifti: Format = {
  name: 'nifti',
  source: 'https://nifti.nimh.nih.gov/nifti-1 and nifti-2',
  revision: 0,
  extensions: ['.nii', '.nii.gz', '.hdr', '.hdr.gz'],
  async parts(path) {
    return openHeader(path, await peek(path)).pair ? [imageOf(path)] : [];
  },
  async read(path) {
    if (isGzip(await headOf(path, 2)) && !path.toLowerCase().endsWith('.gz')) {
      throw new UserError({
        subject: path,
        problem: 'gzip data under the name of a plain file',
        fix: `name it ${path.split('.').at(-1) === 'hdr' ? '.hdr.gz' : '.nii.gz'}`,
      });
    }
    const header = openHeader(path, await peek(path));
    const { size, start, end, little, type, samples, slope, intercept } = layoutOf(path, header);
    const { bytes, surplus } = await loadExactly(header.pair ? imageOf(path) : path, end);
    const [x, y, z, frames] = size;
    const stored = numbersOf(bytes, type, little, start, x * y * z * frames * samples);
    return {
      format: 'nifti',
      modality: null,
      calibrated: true,
      ...gridOf(header, size),
      remarks: [...(header.analyze ? analyzeRemarks(path) : []), ...surplusRemarks(surplus)],
      voxels: rescaled(samples === 1 ? stored : lumaOf(stored, samples), slope, intercept),
    };
  },
};

type NiftiGrid = Pick<ScanInfo, 'size' | 'frames' | 'spacing' | 'frameTime' | 'frameTimes' | 'affine'>;

/** Reads the header alone; whether the voxels are there is not looked at. */
export async function niftiGrid(path: string): Promise<NiftiGrid> {
  const header = openHeader(path, await peek(path));
  return gridOf(header, layoutOf(path, header).size);
}

function gridOf(header: NiftiHeader, [x, y, z, frames]: readonly [...Triple, number]): NiftiGrid {
  const units = header.analyze ? 0 : header.get('xyztUnits');
  const mm = MILLIMETRES[units & 7] ?? 1;
  return {
    size: [x, y, z],
    frames,
    spacing: spacingsOf(header, mm),
    ...evenTiming(frames, header.analyze ? null : header.get('pixdim', 4) * (SECONDS[units & 56] ?? 1)),
    affine: affineOf(header, [x, y, z], mm),
  };
}

/** File next to a `.hdr` that holds its voxels. */
function imageOf(path: string): string {
  const found = imageBeside(path);
  if (found !== undefined) return found;
  throw new UserError({
    subject: path,
    problem: 'a header without voxels: no .img of its name is beside it',
    fix: 'copy that file too',
  });
}

/** Spacings in mm; absent axes are 1 mm thick. */
function spacingsOf(header: NiftiHeader, mm: number): Triple {
  const at = (axis: number): number => {
    // ANALYZE files may mark a flip with a negative sign.
    const pixdim = header.analyze ? Math.abs(header.get('pixdim', axis)) : header.get('pixdim', axis);
    return axis <= header.get('dim') && pixdim > 0 ? mm * pixdim : 1;
  };
  return [at(1), at(2), at(3)];
}

/** Affine from sform, else from qform, else centred with x towards the left, as in ANALYZE files. */
function affineOf(header: NiftiHeader, size: Triple, mm: number): Affine {
  const spacing = spacingsOf(header, 1);
  if (header.analyze) return analyzeAffine(header, size, spacing);
  if (header.get('sformCode') > 0) {
    return matrix((row, column) => mm * header.get('srow', 4 * row + column));
  }
  if (header.get('qformCode') > 0) {
    const rotation = rotationOf(
      [0, 1, 2].map((part) => header.get('quatern', part)) as [number, number, number],
    );
    const handed = header.get('pixdim') < 0 ? -1 : 1;
    return matrix((row, column) =>
      column === 3
        ? mm * header.get('qoffset', row)
        : mm * (rotation[row]?.[column] ?? 0) * (spacing[column] ?? 1) * (column === 2 ? handed : 1),
    );
  }
  const step = [-spacing[0], spacing[1], spacing[2]];
  return matrix((row, column) =>
    column === 3
      ? (-mm * (step[row] ?? 1) * ((size[row] ?? 1) - 1)) / 2
      : row === column
        ? mm * (step[row] ?? 1)
        : 0,
  );
}

function matrix(entry: (row: number, column: number) => number): Affine {
  const row = (index: number): Affine[number] => [
    entry(index, 0),
    entry(index, 1),
    entry(index, 2),
    entry(index, 3),
  ];
  return [row(0), row(1), row(2)];
}

/** Rotation of the unit quaternion with these last three components. */
function rotationOf([b, c, d]: readonly [number, number, number]): number[][] {
  const a = Math.sqrt(Math.max(0, 1 - b * b - c * c - d * d));
  return [
    [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
    [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
    [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
  ];
}
