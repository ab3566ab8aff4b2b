/**
 * Boxes, ellipses, lines and points to pixels, by the rule of `polygon.ts`: a pixel belongs to an area if its centre lies inside.
 * Lines and points have no area: they mark the pixels that they pass through.
 */
import { fillRings, type Canvas } from './polygon.js';

/** A box with one corner at (x, y); width and height may be negative. */
export function fillBox(
  canvas: Canvas,
  [x, y, width, height]: readonly [number, number, number, number],
): void {
  fillRings(canvas, [Float64Array.of(x, y, x + width, y, x + width, y + height, x, y + height)], 1);
}

/** @param ellipse centre and radii */
export function fillEllipse(
  { pixels, columns, rows }: Canvas,
  [cx, cy, rx, ry]: readonly [number, number, number, number],
): void {
  for (let row = 0; row < rows; row++) {
    const height = (row + 0.5 - cy) / ry;
    const half = Math.abs(rx) * Math.sqrt(1 - height * height);
    if (Number.isNaN(half)) continue;
    const from = Math.max(0, Math.ceil(cx - half - 0.5));
    const to = Math.min(columns, Math.ceil(cx + half - 0.5));
    if (to > from) pixels.fill(1, row * columns + from, row * columns + to);
  }
}

export function markPoint({ pixels, columns, rows }: Canvas, x: number, y: number): void {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (column >= 0 && column < columns && row >= 0 && row < rows) pixels[row * columns + column] = 1;
}

/** Steps per pixel along a line, so that none that it passes through for long is missed. */
const STEPS = 4;

/** @param points vertices `x, y, x, y, …` of an open line */
export function traceLine(canvas: Canvas, points: Float64Array): void {
  if (points.length === 2) markPoint(canvas, points[0] as number, points[1] as number);
  for (let at = 2; at < points.length; at += 2) {
    const [x1, y1, x2, y2] = points.subarray(at - 2, at + 2) as unknown as [number, number, number, number];
    const [from, to] = within(canvas, x1, y1, x2 - x1, y2 - y1);
    const length = (to - from) * Math.max(Math.abs(x2 - x1), Math.abs(y2 - y1));
    const steps = Math.max(1, Math.ceil(STEPS * length));
    for (let step = 0; to >= from && step <= steps; step++) {
      const t = from + ((to - from) * step) / steps;
      markPoint(canvas, x1 + t * (x2 - x1), y1 + t * (y2 - y1));
    }
  }
}

/** Share of a line, from and to, that lies within the canvas (Liang and Barsky 1984); to is below from where none does. */
function within({ columns, rows }: Canvas, x: number, y: number, dx: number, dy: number): [number, number] {
  let [from, to] = [0, 1];
  for (const [at, way, most] of [
    [x, dx, columns],
    [y, dy, rows],
  ] as const) {
    if (way === 0) {
      if (at < 0 || at >= most) return [1, 0];
      continue;
    }
    const [enter, leave] = way > 0 ? [-at / way, (most - at) / way] : [(most - at) / way, -at / way];
    from = Math.max(from, enter);
    to = Math.min(to, leave);
  }
  return [from, to];
}
