/**
 * Drawings of MD.ai as shapes, and shapes as pixels. Coordinates are pixels of the picture, from its upper left corner.
 *
 * Source: mdai-client-py, `SR_SEG_utils.py` (`load_mask_instance`): of a mask, background polygons are taken out of the union of
 * the foreground's. Lines there are 12 pixels wide and points 7; here they mark what they pass through.
 */
import { fillRings, type Canvas, type Ring } from '../geometry/polygon.js';
import { fillBox, fillEllipse, markPoint, traceLine } from '../geometry/shapes.js';

export type Drawing =
  | { readonly kind: 'box' | 'ellipse'; readonly numbers: readonly [number, number, number, number] }
  | { readonly kind: 'point'; readonly x: number; readonly y: number }
  | { readonly kind: 'line'; readonly points: Ring }
  | { readonly kind: 'areas'; readonly inside: readonly Ring[]; readonly outside: readonly Ring[] };

/** Reads `data` of an annotation; a text says what is wrong with it. */
export function drawingOf(data: unknown, mode: string | null): Drawing | string {
  if (typeof data !== 'object' || data === null) return 'holds no drawing';
  const record = data as Readonly<Record<string, unknown>>;
  if ('foreground' in record || 'background' in record) {
    const [inside, outside] = [ringsOf(record['foreground']), ringsOf(record['background'])];
    if (inside === null || outside === null) return 'holds no lists of polygons of finite numbers';
    return { kind: 'areas', inside, outside };
  }
  if ('vertices' in record) {
    const points = ringOf(record['vertices']);
    if (points === null) return 'holds no list of vertices, pairs of finite numbers';
    return mode === 'line' ? { kind: 'line', points } : { kind: 'areas', inside: [points], outside: [] };
  }
  const numbers = (...keys: string[]): number[] | null => {
    const values = keys.map((key) => record[key]);
    return values.every((value) => typeof value === 'number' && Number.isFinite(value))
      ? (values as number[])
      : null;
  };
  const box = numbers('x', 'y', 'width', 'height');
  if (box !== null) return { kind: 'box', numbers: box as unknown as [number, number, number, number] };
  const ellipse = numbers('cx', 'cy', 'rx', 'ry');
  if (ellipse !== null)
    return { kind: 'ellipse', numbers: ellipse as unknown as [number, number, number, number] };
  const [x, y] = numbers('x', 'y') ?? [];
  if (x !== undefined && y !== undefined && !('width' in record)) return { kind: 'point', x, y };
  return 'holds no drawing of a known kind, or numbers that are none';
}

/** Stretches by two factors, then moves. */
export function moved(
  drawing: Drawing,
  [sx, sy]: readonly [number, number],
  [dx, dy]: readonly [number, number],
): Drawing {
  const ring = (points: Ring): Ring =>
    points.map((value, i) => (i % 2 === 0 ? value * sx + dx : value * sy + dy));
  switch (drawing.kind) {
    case 'areas':
      return { kind: 'areas', inside: drawing.inside.map(ring), outside: drawing.outside.map(ring) };
    case 'line':
      return { kind: 'line', points: ring(drawing.points) };
    case 'point':
      return { kind: 'point', x: drawing.x * sx + dx, y: drawing.y * sy + dy };
    default: {
      const [x, y, width, height] = drawing.numbers;
      return { kind: drawing.kind, numbers: [x * sx + dx, y * sy + dy, width * sx, height * sy] };
    }
  }
}

/** Marks the drawing on a canvas of its own: its holes are taken out of it alone, not of others on the same slice. */
export function draw(canvas: Canvas, drawing: Drawing): void {
  switch (drawing.kind) {
    case 'box':
      return fillBox(canvas, drawing.numbers);
    case 'ellipse':
      return fillEllipse(canvas, drawing.numbers);
    case 'point':
      return markPoint(canvas, drawing.x, drawing.y);
    case 'line':
      return traceLine(canvas, drawing.points);
    case 'areas': {
      for (const ring of drawing.inside) fillRings(canvas, [ring], 1);
      for (const ring of drawing.outside) fillRings(canvas, [ring], 0);
    }
  }
}

function ringsOf(value: unknown): Ring[] | null {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return null;
  const rings = value.map(ringOf);
  return rings.every((ring) => ring !== null) ? rings : null;
}

/** Pairs `[[x, y], …]`, or numbers `[x, y, …]`. */
export function ringOf(value: unknown): Ring | null {
  if (!Array.isArray(value)) return null;
  const flat = value.every((entry) => Array.isArray(entry) && entry.length === 2)
    ? (value as unknown[][]).flatMap((pair) => pair)
    : (value as unknown[]);
  if (flat.length % 2 === 1 || !flat.every((entry) => typeof entry === 'number' && Number.isFinite(entry)))
    return null;
  return Float64Array.from(flat as number[]);
}
