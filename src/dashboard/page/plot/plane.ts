/** A rectangle of a plot between two scales, and its axes. */
import { count, number } from '../shared/format.js';
import type { Ink } from '../shared/palette.js';
import type { Box, Pen } from './pen.js';
import type { Scale } from './scale.js';

export interface Plane {
  readonly box: Box;
  readonly x: Scale;
  readonly y: Scale;
  /** Place of a value, in CSS pixels. */
  px(value: number): number;
  py(value: number): number;
}

export interface Axes {
  readonly x: string;
  readonly y: string;
}

const MARGIN = { left: 62, right: 14, top: 12, bottom: 44 } as const;

/** The plane in a plot of a size; `bottom` keeps more room under it. */
export function planeOf(
  { width, height }: { readonly width: number; readonly height: number },
  x: Scale,
  y: Scale,
  room: { readonly bottom?: number; readonly left?: number } = {},
): Plane {
  const left = room.left ?? MARGIN.left;
  const box: Box = [
    left,
    MARGIN.top,
    Math.max(width - left - MARGIN.right, 1),
    Math.max(height - MARGIN.top - MARGIN.bottom - (room.bottom ?? 0), 1),
  ];
  const [x0, y0, w, h] = box;
  return { box, x, y, px: (value) => x0 + w * x.at(value), py: (value) => y0 + h * (1 - y.at(value)) };
}

/** Grid, ticks and names of the axes. */
export function drawAxes(pen: Pen, ink: Ink, plane: Plane, axes: Axes): void {
  const [x0, y0, w, h] = plane.box;
  const every = Math.max(1, Math.ceil(plane.x.ticks.length / Math.max(Math.floor(w / 56), 1)));
  for (const [index, tick] of plane.x.ticks.entries()) {
    const x = plane.px(tick);
    pen.line([x, y0, x, y0 + h], { colour: ink.grid });
    if (index % every === 0) pen.text(tickText(tick), x, y0 + h + 16, { colour: ink.faint, align: 'middle' });
  }
  for (const tick of plane.y.ticks) {
    const y = plane.py(tick);
    pen.line([x0, y, x0 + w, y], { colour: ink.grid });
    pen.text(tickText(tick), x0 - 6, y + 4, { colour: ink.faint, align: 'end' });
  }
  pen.line([x0, y0, x0, y0 + h, x0 + w, y0 + h], { colour: ink.faint });
  pen.text(axes.x, x0 + w / 2, y0 + h + 36, { colour: ink.text, align: 'middle' });
  pen.text(axes.y, 14, y0 + h / 2, { colour: ink.text, align: 'middle', upright: true });
}

/** A tick's number, without zeros that say nothing. */
export function tickText(tick: number): string {
  const size = Math.abs(tick);
  if (size >= 1000) return trimmed(count(tick)).replace(' ', '');
  if (size < 1e-3 && tick !== 0) return trimmed(tick.toExponential(1));
  return trimmed(number(Number(tick.toPrecision(6)), 6));
}

/** "1.50" as "1.5", "2.00 k" as "2 k"; "100 k" stays. */
const trimmed = (text: string): string => text.replace(/(\.\d*?)0+(?!\d)/, '$1').replace(/\.(?!\d)/, '');
