/**
 * Files that hold a volume as one picture with its slices as tiles, row by row: Siemens mosaics and UIH grids.
 *
 * Sources: https://nipy.org/nibabel/dicom/dicom_mosaic.html for mosaics; the private data dictionary of United Imaging
 * (group 0065) for grids, whose slices each say where they lie.
 */
import type { Triple } from '../../../../core/tensor.js';
import { sliceNormalOf } from '../elements/csa.js';
import { bValueOf } from '../meaning/diffusion.js';
import { decimal, decimals, itemsOf, type DicomFile } from '../elements/file.js';
import { frameAttributes } from '../elements/frame-groups.js';
import { lookOf } from '../meaning/look.js';
import { lookupTableOf } from '../pixels/lookup-table.js';
import { acquiredAt, orderOf } from './moments.js';
import { paddingOf } from '../pixels/padding.js';
import type { Picture } from '../pixels/picture.js';
import { pixelSpacingOf, planeOf, thicknessOf, type Plane } from './plane.js';
import type { Slice } from './slices.js';
import { cross, scaled, sum } from './vectors.js';

const TAG = {
  imageType: 'x00080008',
  imagesInMosaic: 'x0019100a',
  imagePosition: 'x00200032',
  imageOrientation: 'x00200037',
  rescaleIntercept: 'x00281052',
  rescaleSlope: 'x00281053',
  slicesInGrid: 'x00651050',
  gridSequence: 'x00651051',
} as const;

/** Number of tiles in each direction, and the plane of each tile. */
interface Tiling {
  readonly across: number;
  readonly down: number;
  readonly planes: readonly Plane[];
}

/** Slices of a grid; null if the file is none. */
export function gridSlicesOf(file: DicomFile, picture: Picture): Slice[] | null {
  const { data } = file;
  if (picture.frames > 1) return null;
  const type = (data.string(TAG.imageType) ?? '').toUpperCase();
  const whole = planeOf(decimals(data, TAG.imagePosition, 3), decimals(data, TAG.imageOrientation, 6));
  const spacing = pixelSpacingOf([data]);
  const thickness = thicknessOf([data]);
  if (whole === null || spacing === null || thickness === null) return null;
  const tiling = type.includes('MOSAIC')
    ? mosaicOf(file, picture, whole, spacing, thickness)
    : type.includes('VFRAME')
      ? uihGridOf(file, whole, thickness)
      : null;
  if (tiling === null) return null;
  const columns = Math.floor(picture.columns / tiling.across);
  const rows = Math.floor(picture.rows / tiling.down);
  if (columns < 1 || rows < 1) return null;
  const lookupTable = lookupTableOf(file);
  const padding = paddingOf(file, picture);
  const attributes = frameAttributes(file)(0);
  const bValue = bValueOf(data, attributes) ?? null;
  const look = lookOf(data, attributes, { columns, rows, directions: whole, pixelSpacing: spacing });
  return tiling.planes.map((plane, index): Slice => ({
    file,
    picture,
    frame: 0,
    columns,
    rows,
    corner: [(index % tiling.across) * columns, Math.floor(index / tiling.across) * rows],
    plane,
    pixelSpacing: spacing,
    thickness,
    slope: decimal(data, TAG.rescaleSlope) ?? 1,
    intercept: decimal(data, TAG.rescaleIntercept) ?? 0,
    lookupTable,
    padding,
    look,
    time: null,
    acquired: acquiredAt(attributes),
    bValue,
    order: orderOf(file, attributes),
  }));
}

/** Tiling of a mosaic, which is square; its stated position is that of a mosaic-sized slice centred on the first. */
function mosaicOf(
  { data }: DicomFile,
  picture: Picture,
  whole: Plane,
  spacing: readonly [number, number],
  thickness: number,
): Tiling | null {
  const { normal, images } = sliceNormalOf(data);
  const count = data.uint16(TAG.imagesInMosaic) ?? images;
  if (count === null || count < 1) return null;
  const side = Math.ceil(Math.sqrt(count));
  const excess = (extent: number, mm: number): number => (mm * (extent - Math.floor(extent / side))) / 2;
  const first = sum([
    whole.position,
    scaled(whole.right, excess(picture.columns, spacing[0])),
    scaled(whole.down, excess(picture.rows, spacing[1])),
  ]);
  return { across: side, down: side, planes: stack(whole, first, normal, count, thickness) };
}

/** Tiling of a UIH grid: √slices wide, no higher than needed; its stated position is that of the first slice. */
function uihGridOf({ data }: DicomFile, whole: Plane, thickness: number): Tiling | null {
  const count = decimal(data, TAG.slicesInGrid) ?? 0;
  const across = Math.ceil(Math.sqrt(count));
  // No grid has a million slices; a damaged count must not allocate them here.
  if (!Number.isInteger(count) || count < 1 || count > 1e6) return null;
  const positions = itemsOf(data, TAG.gridSequence).map((item) => decimals(item, TAG.imagePosition, 3));
  const known = positions.length === count && positions.every((position) => position !== undefined);
  return {
    across,
    down: Math.ceil(count / across),
    planes: known
      ? positions.map((position) => ({ ...whole, position: position as unknown as Triple }))
      : stack(whole, whole.position, null, count, thickness),
  };
}

function stack(
  whole: Plane,
  first: Triple,
  normal: Triple | null,
  count: number,
  thickness: number,
): Plane[] {
  const up = normal ?? cross(whole.right, whole.down);
  return Array.from({ length: count }, (_, index) => ({
    ...whole,
    position: sum([first, scaled(up, index * thickness)]),
  }));
}
