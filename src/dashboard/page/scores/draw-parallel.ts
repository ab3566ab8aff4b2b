/** Drawing of parallel coordinates. */
import type { Box, Pen } from '../plot/pen.js';
import { tickText } from '../plot/plane.js';
import { name } from '../shared/format.js';
import { standingOut, type Ink } from '../shared/palette.js';
import type { Limits, ParallelAxis } from './parallel.js';

/** Width of a letter of a label, in wide fonts. */
const LETTER = 6.8;
const MARGIN = { left: 46, right: 46, top: 40, bottom: 16 } as const;

export interface AxisPlaces {
  readonly xs: readonly number[];
  readonly top: number;
  readonly height: number;
}

export function axisPlaces(
  { width, height }: { readonly width: number; readonly height: number },
  axes: number,
): AxisPlaces {
  const room = width - MARGIN.left - MARGIN.right;
  const xs = Array.from({ length: axes }, (_, index) => MARGIN.left + (room * index) / Math.max(axes - 1, 1));
  return { xs, top: MARGIN.top, height: height - MARGIN.top - MARGIN.bottom };
}

/** Index of the axis within reach of `x`; -1 where none is. */
export const axisAt = ({ xs }: AxisPlaces, x: number): number =>
  xs.findIndex((place) => Math.abs(place - x) <= 20);

/** The value at a height of an axis, kept within it. */
export function valueAt({ top, height }: AxisPlaces, { scale }: ParallelAxis, y: number): number {
  return scale.value(Math.min(Math.max(1 - (y - top) / height, 0), 1));
}

interface Drawing {
  readonly axes: readonly ParallelAxis[];
  /** Indices of candidates, the highest score last. */
  readonly shown: readonly number[];
  readonly scores: readonly (number | null)[];
  readonly limits: Limits;
}

export function drawParallel(pen: Pen, ink: Ink, { axes, shown, scores, limits }: Drawing): void {
  const places = axisPlaces(pen, axes.length);
  const [low, high] = [scores[shown[0] ?? -1] ?? 0, scores[shown.at(-1) ?? -1] ?? 1];
  for (const index of shown) {
    const share = high > low ? ((scores[index] ?? low) - low) / (high - low) : 1;
    const best = index === shown.at(-1);
    pen.line(lineOf(places, axes, index), {
      colour: best ? ink.text : standingOut(share, ink),
      width: best ? 2.5 : 1,
      opacity: best ? 1 : shown.length > 200 ? 0.35 : 0.7,
    });
  }
  for (const [place, axis] of axes.entries())
    drawAxis(pen, ink, { axis, places, place, limit: limits[axis.name] });
}

const heightOf = ({ top, height }: AxisPlaces, { scale }: ParallelAxis, value: number): number =>
  top + height * (1 - scale.at(value));

/** Broken where the candidate has no such gene. */
function lineOf(places: AxisPlaces, axes: readonly ParallelAxis[], index: number): number[] {
  return axes.flatMap((axis, place) => {
    const value = axis.values[index] ?? null;
    return value === null ? [NaN, NaN] : [places.xs[place] ?? 0, heightOf(places, axis, value)];
  });
}

interface AxisDrawing {
  readonly axis: ParallelAxis;
  readonly places: AxisPlaces;
  readonly place: number;
  readonly limit: readonly [number, number] | undefined;
}

function drawAxis(pen: Pen, ink: Ink, { axis, places, place, limit }: AxisDrawing): void {
  const [x, { top, height }] = [places.xs[place] ?? 0, places];
  pen.line([x, top, x, top + height], { colour: ink.text });
  const ticks = axis.levels === null ? axis.scale.ticks : axis.levels.map((_, index) => index);
  const every = Math.ceil(ticks.length / 12);
  // Up to the next axis.
  const letters = Math.max(6, Math.floor(((places.xs[1] ?? 0) - (places.xs[0] ?? 0) - 22) / LETTER));
  const levels = axis.levels === null ? [] : shortened(axis.levels, letters);
  for (const [index, tick] of ticks.entries()) {
    const text = axis.levels === null ? tickText(tick) : (levels[tick] ?? '');
    const y = heightOf(places, axis, tick);
    pen.line([x - 3, y, x + 3, y], { colour: ink.text });
    if (index % every === 0) label(pen, ink, text, [x + 6, y + 4]);
  }
  pen.text(shortName(axis.name), x, place % 2 === 0 ? 30 : 14, {
    colour: ink.text,
    align: 'middle',
    bold: true,
    size: 11,
  });
  if (limit !== undefined) {
    const [high, low] = [heightOf(places, axis, limit[1]), heightOf(places, axis, limit[0])];
    const box: Box = [x - 7, high, 14, Math.max(low - high, 2)];
    pen.rect(box, ink.accent, 0.35);
  }
}

/** Text on a ground of its own, since lines run below it. */
function label(pen: Pen, ink: Ink, text: string, [x, y]: readonly [number, number]): void {
  pen.rect([x - 2, y - 11, LETTER * text.length + 4, 14], ink.ground, 0.85);
  pen.text(text, x, y, { colour: ink.text, size: 11 });
}

/** Names of at most `letters`: of all ways to cut out a middle, the one that leaves most of them different. */
export function shortened(names: readonly string[], letters: number): readonly string[] {
  const whole = names.map((one) => name(one, 1000));
  const ways = Array.from({ length: letters }, (_, tail) =>
    whole.map((one) =>
      one.length <= letters
        ? one
        : `${one.slice(0, letters - 1 - tail)}…${tail === 0 ? '' : one.slice(-tail)}`,
    ),
  );
  // Of equals that which cuts in the middle.
  const middle = Math.floor((letters - 1) / 2);
  const distinct = (tail: number) => new Set(ways[tail]).size - Math.abs(tail - middle) / letters;
  const best = [...ways.keys()].reduce((a, b) => (distinct(b) > distinct(a) ? b : a), 0);
  return ways[best] ?? whole;
}

/** The end of a path says most: `…[].width`. */
const shortName = (text: string): string => {
  const shown = name(text, 200);
  return shown.length <= 22 ? shown : `…${shown.slice(-21)}`;
};
