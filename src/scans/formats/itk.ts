/**
 * From an image as ITK reads it to the scan contract: shared by every format that @itk-wasm/image-io decodes.
 */
import type { readImageNode } from '@itk-wasm/image-io';
import { UserError } from '../../core/errors.js';
import { affineOfLps, type Triple } from '../geometry.js';
import type { RawScan, VoxelArray } from './format.js';

export type ItkImage = Awaited<ReturnType<typeof readImageNode>>;

/**
 * A scan of 2 (one slice), 3 or 4 axes (frames last) with one value per voxel.
 * ITK's readers may set NaN to zero, so the caller counts such voxels in the file.
 */
export function scanOfItk(path: string, format: string, image: ItkImage): Omit<RawScan, 'nonFinite'> {
  const { imageType, size, spacing, origin, direction } = image;
  const axes = size.length;
  if (imageType.components !== 1 || axes < 2 || axes > 4 || image.data === null) {
    throw new UserError({
      subject: path,
      problem: `holds ${imageType.components} components over ${axes} axes, one value over 2 to 4 axes is needed`,
      fix: 'convert it to a scalar volume',
    });
  }
  const at = (values: readonly number[], axis: number, absent: number): number =>
    axis < axes ? (values[axis] ?? absent) : absent;
  const triple = (values: readonly number[], absent: number): Triple => [
    at(values, 0, absent),
    at(values, 1, absent),
    at(values, 2, absent),
  ];
  const spacings = triple(spacing, 1);
  const frames = at(size, 3, 1);
  const step = at(spacing, 3, 0);
  return {
    format,
    modality: null,
    size: triple(size, 1),
    frames,
    spacing: spacings,
    frameTime: frames > 1 && step > 0 && Number.isFinite(step) ? step : null,
    affine: affineOfLps(
      (row, column) =>
        row < axes && column < axes ? Number(direction[row * axes + column]) : row === column ? 1 : 0,
      spacings,
      triple(origin, 0),
    ),
    voxels: image.data as VoxelArray,
  };
}
