/**
 * Geometry of ANALYZE 7.5 files, from their `orient` field and the origin that SPM writes.
 *
 * Source: the Mayo Clinic's description of the format, with its header dbh.h.
 * The format does not tell left from right; its documentation counts x towards the left of the patient, as radiologists
 * look at slices, and that is what other readers do.
 */
import { existsSync } from 'node:fs';
import type { Triple } from '../../core/tensor.js';
import { affineOfColumns, type Affine } from '../geometry.js';
import type { NiftiHeader } from './nifti-header.js';

/** Direction of each stored axis by `orient`; the last three are flipped along their second axis. */
export const ORIENTATIONS: readonly (readonly [Direction, Direction, Direction])[] = [
  ['L', 'A', 'S'], // transverse
  ['L', 'S', 'A'], // coronal
  ['A', 'S', 'L'], // sagittal
  ['L', 'P', 'S'],
  ['L', 'I', 'A'],
  ['A', 'I', 'L'],
];

type Direction = keyof typeof RAS;

const RAS = {
  L: [-1, 0, 0],
  P: [0, -1, 0],
  A: [0, 1, 0],
  I: [0, 0, -1],
  S: [0, 0, 1],
} as const satisfies Readonly<Record<string, Triple>>;

/** @param size voxels `[x, y, z]`; spacing in mm */
export function analyzeAffine(header: NiftiHeader, size: Triple, spacing: Triple): Affine {
  const [x, y, z] = ORIENTATIONS[header.get('orient')] ?? ['L', 'A', 'S'];
  const column = (direction: Direction, axis: 0 | 1 | 2): Triple => {
    const [a, b, c] = RAS[direction];
    return [a * spacing[axis], b * spacing[axis], c * spacing[axis]];
  };
  const columns = [column(x, 0), column(y, 1), column(z, 2)] as const;
  const zero = originOf(header, size);
  const at = (row: 0 | 1 | 2): number =>
    -columns.reduce((sum, direction, axis) => sum + direction[row] * (zero[axis] as number), 0);
  return affineOfColumns(columns, [at(0), at(1), at(2)], 'RAS');
}

/** Voxel at 0 mm, counted from 0: SPM's origin if it is plausible, else the middle. */
function originOf(header: NiftiHeader, size: Triple): Triple {
  const given: Triple = [header.get('origin', 0), header.get('origin', 1), header.get('origin', 2)];
  const plausible =
    given.some((voxel) => voxel !== 0) &&
    given.every((voxel, axis) => voxel > -(size[axis] as number) && voxel < 2 * (size[axis] as number));
  const middle: Triple = [(size[0] - 1) / 2, (size[1] - 1) / 2, (size[2] - 1) / 2];
  return plausible ? [given[0] - 1, given[1] - 1, given[2] - 1] : middle;
}

/** Remarks for the user: the format says little, and SPM may say more in a file that is not read. */
export function analyzeRemarks(path: string): string[] {
  const transform = path.replace(/\.hdr(\.gz)?$/i, '.mat');
  return [
    "ANALYZE does not tell left from right; it is taken to show the patient's right on the left",
    ...(existsSync(transform) ? ['its orientation in a .mat file is not read'] : []),
  ];
}
