/**
 * COCO's JSON of annotations: polygons, boxes, and run lengths, compressed or not.
 *
 * A picture is found by its `file_name`, which names a scan of one slice, a slice of a DICOM series, or a clip, whose frame is
 * `frame_id`, from 0. Coordinates are pixels from the upper left corner.
 *
 * Source: https://cocodataset.org/#format-data
 */
import { basename } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../core/errors.js';
import { parseOrThrow } from '../../core/validate.js';
import type { Canvas } from '../geometry/polygon.js';
import { remark, type Region } from '../statement.js';
import type { Grid, Target } from '../scans/target.js';
import { draw, ringOf } from './drawing.js';
import { readJson } from './json-file.js';
import { markRuns, runsOfText } from './run-lengths.js';
import {
  checkedLabel,
  drawOn,
  ELSEWHERE,
  onlyTarget,
  type LabelFile,
  type Reading,
  type Source,
} from './source.js';

const id = z.union([z.number(), z.string()]);
const Coco = z.object({
  images: z.array(
    z.object({
      id,
      file_name: z.string(),
      height: z.number().int().positive(),
      width: z.number().int().positive(),
      frame_id: z.number().int().nonnegative().optional(),
    }),
  ),
  annotations: z.array(
    z.object({
      id: id.optional(),
      image_id: id,
      category_id: id,
      segmentation: z.unknown().optional(),
      bbox: z.unknown().optional(),
    }),
  ),
  categories: z.array(z.object({ id, name: z.string() })),
});
type Project = z.output<typeof Coco>;
type Picture = Project['images'][number];
type Annotation = Project['annotations'][number];

export const coco: Source = {
  kind: 'coco',
  async read(file, reading) {
    const project = parseOrThrow(Coco, await readJson(file.path), file.path);
    const categories = new Map(project.categories.map((each) => [String(each.id), each.name]));
    const pictures = new Map(project.images.map((each) => [String(each.id), each]));
    const reader = reading.options.readerOf(file) ?? '';
    const places = new Map<string, Place | null>();
    for (const picture of project.images) {
      const place = await placeOf(picture, file, reading);
      places.set(String(picture.id), place);
      if (place !== null) reading.collected.looked.push({ target: place.target, reader, source: 'coco' });
    }
    for (const annotation of project.annotations) {
      const subject = subjectOf(file, annotation);
      const name = categories.get(String(annotation.category_id));
      const picture = pictures.get(String(annotation.image_id));
      if (name === undefined || picture === undefined)
        throw wrong(
          subject,
          name === undefined ? 'names a category that is not there' : 'names an image that is not there',
        );
      const place = places.get(String(annotation.image_id)) ?? null;
      if (place === null) {
        remark(reading.collected, ELSEWHERE);
        continue;
      }
      const region: Region = { slices: new Map(), complete: false };
      drawOn(region, place.slice, place.grid, reading.collected, (canvas) =>
        mark(canvas, annotation, subject),
      );
      reading.collected.statements.push({
        target: place.target,
        reader,
        label: checkedLabel(name, file.path),
        parent: null,
        source: 'coco',
        file: file.number,
        region,
      });
    }
  },
};

interface Place {
  readonly target: Target;
  readonly grid: Grid;
  readonly slice: number;
}

async function placeOf(picture: Picture, file: LabelFile, { index }: Reading): Promise<Place | null> {
  const { file_name: name, frame_id: frame, width, height } = picture;
  const subject = `${file.path}, image ${picture.id}`;
  const stem = basename(name.replace(/\\/g, '/')).replace(/\.\w+$/, '');
  const [pictured] = index.byInstance(stem);
  const target = pictured?.target ?? onlyTarget(index.byName(name), subject, name);
  if (target === null) return null;
  const grid = await target.grid();
  const [columns, rows, depth] = grid.size;
  if (columns !== width || rows !== height)
    throw wrong(subject, `has ${width} × ${height} pixels, the scan ${columns} × ${rows}`);
  const places = pictured?.places ?? placesIn(target, name);
  const slices = depth * grid.frames;
  if (places === null && slices > 1 && (frame === undefined || depth > 1))
    throw wrong(subject, `names a scan of ${slices} slices, and not which`);
  const own = places?.find((place) => place.frame === (frame ?? 0));
  const slice = places === null ? (frame ?? 0) : own?.slice;
  if (slice === undefined || slice >= slices || (places !== null && frame === undefined && places.length > 1))
    throw wrong(subject, `is of frame ${frame ?? 'unknown'}, the scan has ${slices}`);
  return { target, grid, slice };
}

/** Slices of a DICOM scan whose only picture the file is; null where slices are known by their number alone. */
function placesIn({ pictures }: Target, _name: string) {
  const [only, another] = pictures.values();
  return only === undefined || another !== undefined ? null : only;
}

function mark(canvas: Canvas, { segmentation, bbox }: Annotation, subject: string): void {
  if (Array.isArray(segmentation) && segmentation.length > 0) {
    const rings = segmentation.map(ringOf);
    if (!rings.every((ring) => ring !== null))
      throw wrong(subject, 'holds no lists of finite numbers, two a vertex');
    try {
      return draw(canvas, { kind: 'areas', inside: rings, outside: [] });
    } catch (cause) {
      if (cause instanceof RangeError) throw wrong(subject, `has too many vertices (${cause.message})`);
      throw cause;
    }
  }
  if (typeof segmentation === 'object' && segmentation !== null && 'counts' in segmentation)
    return markRunLengths(canvas, segmentation, subject);
  const box = ringOf(bbox);
  if (box?.length !== 4) throw wrong(subject, 'holds neither polygons nor run lengths nor a box');
  draw(canvas, { kind: 'box', numbers: [...box] as unknown as [number, number, number, number] });
}

function markRunLengths(
  { pixels, columns, rows }: Canvas,
  segmentation: { counts: unknown; size?: unknown },
  subject: string,
): void {
  const size = [rows, columns] as const;
  const { counts, size: stated } = segmentation;
  if (!Array.isArray(stated) || stated[0] !== size[0] || stated[1] !== size[1])
    throw wrong(
      subject,
      `has run lengths of ${JSON.stringify(stated)?.slice(0, 40)} pixels, its image ${size.join(' × ')}`,
    );
  const most = size[0] * size[1] + 1;
  const runs =
    typeof counts === 'string'
      ? runsOfText(counts, most)
      : Array.isArray(counts)
        ? (counts as number[])
        : null;
  if (runs === null || runs.length > most || !markRuns(pixels, size, runs))
    throw wrong(subject, `has run lengths that do not add up to ${size.join(' × ')} pixels`);
}

function subjectOf({ path }: LabelFile, { id }: Annotation): string {
  return id === undefined ? path : `${path}, annotation ${id}`;
}

function wrong(subject: string, problem: string): UserError {
  return new UserError({ subject, problem, fix: 'correct it, or leave it out' });
}
