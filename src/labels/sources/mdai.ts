/**
 * MD.ai's JSON of annotations.
 *
 * A label of an exam or a series is said of each of its scans, one of a picture of the scan that holds it. `frameNumber` counts
 * from 0. An annotation that is in two data sets (same id) counts once. A child without a drawing has that of its parent; any other
 * label for drawings without one says that its reader looked there.
 */
import { UserError } from '../../core/errors.js';
import { parseOrThrow } from '../../core/validate.js';
import { remark, type Region, type Statement } from '../statement.js';
import type { Pictured } from '../scans/target-index.js';
import type { SlicePlace, Target } from '../scans/target.js';
import { draw, drawingOf, moved, type Drawing } from './drawing.js';
import { readJson } from './json-file.js';
import { MdaiLabels, MdaiProject, type MdaiAnnotation, type MdaiLabel } from './mdai-schema.js';
import { checkedLabel, drawOn, ELSEWHERE, type LabelFile, type Reading, type Source } from './source.js';

export const mdai: Source = {
  kind: 'mdai',
  async read(file, reading) {
    const project = parseOrThrow(MdaiProject, await readJson(file.path), file.path);
    const labels = new Map(
      project.labelGroups.flatMap((group) => group.labels).map((label) => [label.id, label]),
    );
    const annotations = project.datasets.flatMap((dataset) => dataset.annotations ?? []);
    const byId = new Map(annotations.flatMap((each) => (each.id == null ? [] : [[each.id, each] as const])));
    const studies = project.datasets.flatMap((dataset) => dataset.studies ?? []);
    const context: Context = { file, reading, labels, byId };
    noteLooked(context, annotations, new Set(studies.map(({ StudyInstanceUID }) => StudyInstanceUID)));
    for (const annotation of new Set(annotations.map((each) => byId.get(each.id ?? '') ?? each)))
      await state(context, annotation);
    const twice =
      annotations.length - new Set(annotations.map((each) => byId.get(each.id ?? '') ?? each)).size;
    if (twice > 0) remark(reading.collected, 'annotations in two data sets, counted once', twice);
  },
};

/** Ids of a project's labels by their names; of two labels of one name the first. */
export async function labelIdsIn(path: string): Promise<Map<string, string>> {
  const { labelGroups } = parseOrThrow(MdaiLabels, await readJson(path), path);
  const labels = labelGroups.flatMap((group) => group.labels);
  return new Map(labels.reverse().map(({ id, name }) => [checkedLabel(name, path), id]));
}

interface Context {
  readonly file: LabelFile;
  readonly reading: Reading;
  readonly labels: ReadonlyMap<string, MdaiLabel>;
  readonly byId: ReadonlyMap<string, MdaiAnnotation>;
}

const readerIn = ({ file, reading }: Context, annotation: MdaiAnnotation): string =>
  reading.options.readerOf(file) ?? annotation.createdById ?? '';

/** Whoever annotated anything of an exam has looked at all of it; exams that nobody annotated were looked at by nobody known. */
function noteLooked(
  context: Context,
  annotations: readonly MdaiAnnotation[],
  studies: ReadonlySet<string>,
): void {
  const { index, collected } = context.reading;
  const readers = new Map<string, Set<string>>([...studies].map((study) => [study, new Set()]));
  for (const annotation of annotations) {
    const study = annotation.StudyInstanceUID ?? '';
    readers.set(study, (readers.get(study) ?? new Set()).add(readerIn(context, annotation)));
  }
  for (const [study, own] of readers)
    for (const target of index.byStudy(study))
      for (const reader of own.size === 0 ? [''] : own)
        collected.looked.push({ target, reader, source: 'mdai' });
}

async function state(context: Context, annotation: MdaiAnnotation): Promise<void> {
  const { collected, options } = context.reading;
  const label = context.labels.get(annotation.labelId);
  if (label === undefined)
    throw refuse(context, annotation, `names the label ${annotation.labelId}, which labelGroups lacks`);
  if (annotation.isInterpolated === true) {
    if (options.dropInterpolated) return remark(collected, 'interpolated annotations, left out');
    remark(collected, 'interpolated annotations, used as drawn ones');
  }
  const drawn = drawnBy(context, annotation) ?? emptyOn(annotation, label);
  const found = picturesOf(context, drawn ?? annotation);
  if (found.length === 0) return remark(collected, ELSEWHERE);
  const drawing = drawn === null ? null : drawingIn(context, drawn);
  for (const pictured of found) {
    const { target } = pictured;
    const region =
      drawing === null || drawn === null ? null : await regionOf(context, drawn, drawing, pictured);
    collected.statements.push({ ...saidOf(context, annotation, label, target), region });
  }
}

function saidOf(
  context: Context,
  annotation: MdaiAnnotation,
  label: MdaiLabel,
  target: Target,
): Omit<Statement, 'region'> {
  const parent = label.parentId == null ? undefined : context.labels.get(label.parentId);
  return {
    target,
    reader: readerIn(context, annotation),
    label: checkedLabel(label.name, context.file.path),
    parent: parent === undefined ? null : checkedLabel(parent.name, context.file.path),
    source: 'mdai',
    file: context.file.number,
  };
}

/** The annotation whose drawing counts: itself, or its nearest ancestor that has one; null for labels of the whole. */
function drawnBy({ byId }: Context, annotation: MdaiAnnotation): MdaiAnnotation | null {
  const seen = new Set<MdaiAnnotation>();
  for (let at: MdaiAnnotation | undefined = annotation; at !== undefined && !seen.has(at);) {
    if (at.data !== null && at.data !== undefined) return at;
    seen.add(at);
    at = at.parentId == null ? undefined : byId.get(at.parentId);
  }
  return null;
}

/** A label for drawings that was put on a picture without one: its reader looked there and found nothing to draw. */
function emptyOn(annotation: MdaiAnnotation, { type }: MdaiLabel): MdaiAnnotation | null {
  const empty = type === 'LOCAL' && annotation.SOPInstanceUID != null;
  return empty ? { ...annotation, data: { foreground: [], background: [] } } : null;
}

function drawingIn(context: Context, annotation: MdaiAnnotation): Drawing {
  const mode = context.labels.get(annotation.labelId)?.annotationMode ?? null;
  const drawing = drawingOf(annotation.data, mode);
  if (typeof drawing === 'string') throw refuse(context, annotation, drawing);
  return drawing;
}

/** Where an annotation belongs: its picture, else the scans of its series, else those of its exam. */
function picturesOf({ reading: { index } }: Context, annotation: MdaiAnnotation): readonly Pictured[] {
  const { StudyInstanceUID: study, SeriesInstanceUID: series, SOPInstanceUID: instance } = annotation;
  if (instance != null && instance !== '') return index.byInstance(instance);
  const targets = series != null && series !== '' ? index.bySeries(series) : index.byStudy(study ?? '');
  return targets.map((target) => ({ target, places: wholePicture(target) }));
}

/** The picture of a scan that has only one, such as a clip. */
function wholePicture({ pictures }: Target): readonly SlicePlace[] {
  const [only, another] = pictures.values();
  return only === undefined || another !== undefined ? [] : only;
}

async function regionOf(
  context: Context,
  annotation: MdaiAnnotation,
  drawing: Drawing,
  { target, places }: Pictured,
): Promise<Region> {
  const { collected } = context.reading;
  const frame = annotation.frameNumber ?? null;
  const own = places.filter((place) => place.frame === (frame ?? 0));
  const frames = new Set(places.map((place) => place.frame)).size;
  if (own.length === 0 || (frame === null && frames > 1))
    throw refuse(context, annotation, `is drawn on frame ${frame ?? 'unknown'} of a picture with ${frames}`);
  const grid = await target.grid();
  const region: Region = { slices: new Map(), complete: false };
  for (const { slice, corner, picture } of own) {
    const scale = scaleOf(context, annotation, picture);
    const placed = moved(drawing, scale, [-corner[0], -corner[1]]);
    try {
      drawOn(region, slice, grid, collected, (canvas) => draw(canvas, placed));
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw refuse(context, annotation, `has too many vertices (${cause.message})`);
    }
  }
  return region;
}

/** Factors from the picture that was drawn on to the one that is there: other sizes of one shape are scaled, others refused. */
function scaleOf(
  context: Context,
  annotation: MdaiAnnotation,
  [columns, rows]: readonly [number, number],
): readonly [number, number] {
  const { width, height } = annotation;
  if (width == null || height == null || (width === columns && height === rows)) return [1, 1];
  // Whole pixels of the smaller picture are what rounding may have cost.
  const same = Math.abs(columns * height - rows * width) < Math.max(columns, rows, width, height);
  if (!same)
    throw refuse(
      context,
      annotation,
      `is drawn on ${width} × ${height} pixels, the picture has ${columns} × ${rows}`,
    );
  remark(context.reading.collected, 'annotations on pictures of another size, scaled');
  return [columns / width, rows / height];
}

function refuse({ file }: Context, { id }: MdaiAnnotation, problem: string): UserError {
  return new UserError({
    subject: id == null ? file.path : `${file.path}, annotation ${id}`,
    problem,
    fix: 'correct it in MD.ai and export again, or leave the annotation out',
  });
}
