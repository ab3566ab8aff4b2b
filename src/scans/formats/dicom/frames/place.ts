/**
 * Position and voxel size of an arranged scan.
 *
 * Sources: DICOM PS3.3 C.7.6.2 (Image Plane), C.7.6.3.1.7 (Pixel Aspect Ratio).
 */
import type { DataSet } from 'dicom-parser';
import type { Triple } from '../../../../core/tensor.js';
import { affineOfColumns } from '../../../geometry.js';
import type { ScanInfo } from '../../format.js';
import type { Arrangement } from './arrange.js';
import { decimals } from '../elements/file.js';
import type { Slice } from './slices.js';
import { regionSpacingOf } from './ultrasound.js';
import { scaled } from './vectors.js';

/** Width of a pixel over its height, if the file says nothing else about its size; else 1. */
function aspectOf(data: DataSet): number {
  const [height, width] = decimals(data, 'x00280034', 2) ?? [];
  return height !== undefined && width !== undefined && height > 0 && width > 0 ? width / height : 1;
}

export function geometryOf(
  { plane, pixelSpacing, thickness, file }: Slice,
  { step }: Arrangement,
): Pick<ScanInfo, 'affine' | 'spacing' | 'calibrated'> {
  const known = pixelSpacing ?? regionSpacingOf(file.data);
  const [across, down] = known ?? [aspectOf(file.data), 1];
  const columns: readonly [Triple, Triple, Triple] =
    plane === null
      ? [
          [across, 0, 0],
          [0, down, 0],
          [0, 0, thickness ?? 1],
        ]
      : [scaled(plane.right, across), scaled(plane.down, down), step ?? [0, 0, 1]];
  return {
    affine: affineOfColumns(columns, plane?.position ?? [0, 0, 0], 'LPS'),
    spacing: [across, down, Math.hypot(...columns[2])],
    calibrated: known !== null,
  };
}
