/**
 * DICOM structure sets: contours in millimetres of the body, put onto the slices of the scan.
 *
 * A voxel is marked if its centre lies inside an odd number of the contours of its slice, so that a contour within another is a
 * hole; open contours and points mark the voxels that they pass through. A contour must lie in a slice of the scan, to within a
 * quarter of the distance of slices; a point lies in the nearest one.
 *
 * Source: DICOM PS3.3 C.8.8.5 (Structure Set), C.8.8.6 (ROI Contour), C.8.8.8 (RT ROI Observations).
 */
import type { DataSet } from 'dicom-parser';
import { UserError } from '../../core/errors.js';
import type { Triple } from '../../core/tensor.js';
import { decimals, itemsOf, openDicom } from '../../scans/formats/dicom/elements/file.js';
import { fillRings, type Canvas } from '../geometry/polygon.js';
import { markPoint, traceLine } from '../geometry/shapes.js';
import { inverseOf } from '../geometry/inverse.js';
import { remark, type Collected, type Region } from '../statement.js';
import type { TargetIndex } from '../scans/target-index.js';
import type { Grid, Target } from '../scans/target.js';
import { allText } from './dicom-text.js';
import { checkedLabel, drawOn, ELSEWHERE, type Source } from './source.js';

const TAG = {
  characters: 'x00080005',
  operator: 'x00081070',
  series: 'x0020000e',
  instance: 'x00081155',
  frames: 'x30060010',
  studies: 'x30060012',
  referencedSeries: 'x30060014',
  images: 'x30060016',
  rois: 'x30060020',
  number: 'x30060022',
  name: 'x30060026',
  contours: 'x30060039',
  sequence: 'x30060040',
  kind: 'x30060042',
  points: 'x30060050',
  roi: 'x30060084',
  observations: 'x30060080',
  interpreter: 'x300600a6',
} as const;

export const rtstruct: Source = {
  kind: 'rtstruct',
  async read(file, { index, options, collected }) {
    const { data } = await openDicom(file.path);
    const targets = referredTo(data, index);
    if (targets.length === 0) return remark(collected, ELSEWHERE);
    const characters = data.string(TAG.characters);
    const names = new Map(
      itemsOf(data, TAG.rois).map((item) => [
        numberIn(item, TAG.number),
        allText(item, TAG.name, characters),
      ]),
    );
    const interpreters = new Map(
      itemsOf(data, TAG.observations).map((item) => [
        numberIn(item, TAG.roi),
        allText(item, TAG.interpreter, characters),
      ]),
    );
    for (const target of targets) {
      const grid = await target.grid();
      for (const item of itemsOf(data, TAG.contours)) {
        const number = numberIn(item, TAG.roi);
        const label = checkedLabel(names.get(number) || `structure ${number}`, file.path);
        const reader = options.readerOf(file) ?? (interpreters.get(number) || allText(data, TAG.operator));
        const region = drawn(item, { subject: `${file.path}, ${label}`, target, grid }, collected);
        collected.looked.push({ target, reader, source: 'rtstruct', whole: true });
        collected.statements.push({
          target,
          reader,
          label,
          parent: null,
          source: 'rtstruct',
          file: file.number,
          region,
        });
      }
    }
  },
};

const numberIn = (item: DataSet, tag: string): number => Number(item.string(tag) ?? NaN);

/** Scans of the series that the file refers to, else those that hold the pictures which its contours refer to. */
function referredTo(data: DataSet, index: TargetIndex): Target[] {
  const series = itemsOf(data, TAG.frames)
    .flatMap((item) => itemsOf(item, TAG.studies))
    .flatMap((item) => itemsOf(item, TAG.referencedSeries))
    .map((item) => (item.string(TAG.series) ?? '').trim());
  const named = series.flatMap((uid) => index.bySeries(uid));
  const pictured = itemsOf(data, TAG.contours)
    .flatMap((item) => itemsOf(item, TAG.sequence))
    .flatMap((item) => itemsOf(item, TAG.images))
    .flatMap((item) => index.byInstance((item.string(TAG.instance) ?? '').trim()))
    .map(({ target }) => target);
  return [...new Set(pictured.length > 0 ? pictured : named)];
}

interface Onto {
  readonly subject: string;
  readonly target: Target;
  readonly grid: Grid;
}

/** Share of the distance between slices by which a contour may lie off its slice. */
const OFF_SLICE = 0.25;

/** Numbers in one structure: a hundred times what segmentations by programs have. */
const MOST_NUMBERS = 2 ** 25;

function drawn(item: DataSet, { subject, target, grid }: Onto, collected: Collected): Region {
  const region: Region = { slices: new Map(), complete: true };
  const inverse = inverseOf(grid.affine);
  if (inverse === null || grid.frames > 1)
    throw wrong(subject, `is of ${target.path}, which is no single volume`);
  const rings = new Map<number, Float64Array[]>();
  let numbers = 0;
  for (const [at, contour] of itemsOf(item, TAG.sequence).entries()) {
    const own = `${subject}, contour ${at + 1}`;
    const points = pointsOf(contour, own);
    numbers += points.length;
    if (numbers > MOST_NUMBERS) throw wrong(subject, `has more than ${MOST_NUMBERS / 3} vertices`);
    const { slice, plane } = onSlice(points, inverse, own);
    if (points.length === 3 && !withinGrid(slice, plane, grid)) {
      remark(collected, 'points outside of the scan, left out');
      continue;
    }
    if (slice < 0 || slice >= grid.size[2])
      throw wrong(own, `lies on slice ${slice + 1}, the scan ${target.path} has ${grid.size[2]}`);
    const kind = (contour.string(TAG.kind) ?? 'CLOSED_PLANAR').trim().toUpperCase();
    if (kind.startsWith('CLOSED')) rings.set(slice, [...(rings.get(slice) ?? []), plane]);
    else drawOn(region, slice, grid, collected, (canvas) => markOpen(plane, canvas));
  }
  for (const [slice, own] of rings)
    drawOn(region, slice, grid, collected, (canvas) => fill(canvas, own, subject));
  return region;
}

function withinGrid(slice: number, [x, y]: Float64Array, { size }: Grid): boolean {
  return [x, y, slice].every((value, axis) => value !== undefined && value >= 0 && value < size[axis as 0]);
}

function markOpen(plane: Float64Array, canvas: Canvas): void {
  if (plane.length === 2) markPoint(canvas, plane[0] as number, plane[1] as number);
  else traceLine(canvas, plane);
}

function fill(canvas: Canvas, rings: readonly Float64Array[], subject: string): void {
  try {
    fillRings(canvas, rings, 1);
  } catch (cause) {
    if (cause instanceof RangeError) throw wrong(subject, `has too many vertices (${cause.message})`);
    throw cause;
  }
}

function pointsOf(contour: DataSet, subject: string): readonly number[] {
  const numbers = decimals(contour, TAG.points);
  if (numbers === undefined || numbers.length % 3 !== 0)
    throw wrong(
      subject,
      `holds ${numbers === undefined ? 'no finite numbers' : `${numbers.length} numbers, which are no points`}`,
    );
  return numbers;
}

/** The slice that a contour lies in, and its points on it; voxel i covers [i, i + 1) of the plane. */
function onSlice(
  points: readonly number[],
  inverse: (point: Triple) => Triple,
  subject: string,
): { slice: number; plane: Float64Array } {
  const plane = new Float64Array((points.length / 3) * 2);
  let [low, high] = [Infinity, -Infinity];
  for (let at = 0, to = 0; at < points.length; at += 3, to += 2) {
    // LPS to RAS+.
    const [x, y, z] = inverse([
      -(points[at] as number),
      -(points[at + 1] as number),
      points[at + 2] as number,
    ]);
    plane[to] = x + 0.5;
    plane[to + 1] = y + 0.5;
    low = Math.min(low, z);
    high = Math.max(high, z);
  }
  const slice = Math.round((low + high) / 2);
  // A point, such as an isocentre, is anywhere; a contour belongs to the slice that it was drawn on.
  if (points.length > 3 && !(high - slice <= OFF_SLICE && slice - low <= OFF_SLICE))
    throw wrong(
      subject,
      `reaches from slice ${(low + 1).toFixed(2)} to ${(high + 1).toFixed(2)}: it lies in no slice of the scan`,
    );
  return { slice, plane };
}

function wrong(subject: string, problem: string): UserError {
  return new UserError({ subject, problem, fix: 'contour the slices of the scan itself' });
}
