/**
 * Many candidates as points: groups told apart by shape and colour, one selected by pointer or keys, opened by a click or
 * Enter. The points are drawn once; what is selected lies on a canvas of its own.
 */
import type { ComponentChildren } from 'preact';
import { useCallback, useMemo, useState } from 'preact/hooks';
import { goTo } from '../data.js';
import { Figure } from '../shared/figure.js';
import { number } from '../shared/format.js';
import type { Ink } from '../shared/palette.js';
import { Canvas } from './canvas.js';
import { lazily } from './lazily.js';
import type { Mark, Pen } from './pen.js';
import { drawAxes, planeOf, type Plane } from './plane.js';
import type { Draw } from './saved.js';
import type { Scale } from './scale.js';

/** A point has a place in both; NaN where it has none, and is not drawn. */
export interface Points {
  readonly numbers: ArrayLike<number>;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

export interface Group {
  readonly name: string;
  readonly mark: Mark;
  /** Index into the ink's categories. */
  readonly colour: number;
  /** Indices of points. */
  readonly members: ArrayLike<number>;
}

interface Props {
  readonly title: string;
  readonly description: string;
  readonly axes: { readonly x: string; readonly y: string };
  readonly scales: { readonly x: Scale; readonly y: Scale };
  readonly points: Points;
  readonly groups: readonly Group[];
  /** Drawn over the points: lines. */
  readonly over?: (pen: Pen, ink: Ink, plane: Plane) => void;
  /** What is said of a selected point beside its place. */
  readonly detail?: (index: number) => string;
  readonly controls?: ComponentChildren;
  readonly height?: number;
}

const REACH = 24;
const LEGEND_LINE = 20;

export function Scatter(props: Props) {
  const { title, description, axes, scales, points, groups, over, detail, controls, height = 420 } = props;
  const [selected, setSelected] = useState<number | null>(null);
  // Of a plot that nobody points at no order is asked for.
  const order = useMemo(() => lazily(() => placed(points)), [points]);
  const planeIn = useCallback(
    (size: { readonly width: number; readonly height: number }) =>
      planeOf(size, scales.x, scales.y, { bottom: legendHeight(groups, size.width) }),
    [scales, groups],
  );
  const draw = useCallback<Draw>(
    (pen, ink) => {
      const plane = planeIn(pen);
      drawAxes(pen, ink, plane, axes);
      drawLegend(pen, ink, groups);
      pen.clip(plane.box, () => {
        for (const group of groups) drawGroup(pen, ink, { plane, points, group });
        over?.(pen, ink, plane);
      });
    },
    [axes.x, axes.y, planeIn, points, groups, over],
  );
  const overlay = useCallback<Draw>(
    (pen, ink) => {
      if (selected === null) return;
      const plane = planeIn(pen);
      pen.mark('ring', plane.px(points.x[selected] ?? NaN), plane.py(points.y[selected] ?? NaN), 8, ink.text);
    },
    [selected, planeIn, points],
  );
  const open = (index: number | null) => {
    const candidate = index === null ? undefined : points.numbers[index];
    if (candidate !== undefined) goTo(`candidate/${candidate}`);
  };
  const pointer = (place: readonly [number, number], event: PointerEvent, width: number) => {
    const plane = planeIn({ width, height });
    const near = nearest(plane, points, order(), place);
    if (near !== selected) setSelected(near);
    if (event.type === 'pointerup' && event.button === 0) open(near);
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === 'Enter') open(selected);
    else {
      const next = step(event.key, order(), points, selected);
      if (next === undefined) return;
      setSelected(next);
    }
    event.preventDefault();
  };
  const said =
    selected === null
      ? 'Point at a candidate, or use the arrow keys; a click or Enter opens it.'
      : `Candidate ${points.numbers[selected]}: ${axes.x === 'Candidate' ? '' : `${axes.x} ${number(points.x[selected])}, `}${axes.y} ${number(points.y[selected], 4)}${
          detail === undefined ? '' : `, ${detail(selected)}`
        }`;
  return (
    <Figure title={title} description={description} draw={draw} controls={controls}>
      <Canvas
        draw={draw}
        overlay={overlay}
        height={height}
        label={`${title}. Arrow keys go from candidate to candidate, Enter opens one.`}
        onPointer={pointer}
        onLeave={() => setSelected(null)}
        onKey={key}
      />
      <p class="readout" aria-live="polite">
        {said}
      </p>
    </Figure>
  );
}

/** Indices of the points that have a place, by x and then y. */
function placed({ x, y, numbers }: Points): Uint32Array {
  const kept = new Uint32Array(numbers.length);
  let count = 0;
  let isSorted = true;
  let last = -Infinity;
  for (let index = 0; index < numbers.length; index += 1) {
    const across = x[index] ?? NaN;
    if (!Number.isFinite(across) || !Number.isFinite(y[index])) continue;
    kept[count++] = index;
    isSorted &&= across > last;
    last = across;
  }
  const found = kept.subarray(0, count);
  return isSorted ? found : found.sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0) || (y[a] ?? 0) - (y[b] ?? 0));
}

/** The point nearest to a place, within reach of the pointer; null where none is. */
function nearest(
  plane: Plane,
  { x, y }: Points,
  order: Uint32Array,
  [atX, atY]: readonly [number, number],
): number | null {
  let [best, distance] = [null as number | null, REACH * REACH];
  for (const index of order) {
    const across = plane.px(x[index] ?? NaN) - atX;
    if (across < -REACH) continue;
    if (across > REACH) break;
    const squared = across ** 2 + (plane.py(y[index] ?? NaN) - atY) ** 2;
    if (squared < distance) [best, distance] = [index, squared];
  }
  return best;
}

/** The point that a key leads to: along x by left and right, along y by up and down. */
function step(
  key: string,
  order: Uint32Array,
  { y }: Points,
  selected: number | null,
): number | null | undefined {
  if (key === 'Escape') return null;
  if (order.length === 0) return undefined;
  const along =
    key === 'ArrowUp' || key === 'ArrowDown'
      ? order.slice().sort((a, b) => (y[a] ?? 0) - (y[b] ?? 0) || b - a)
      : order;
  const place = selected === null ? -1 : along.indexOf(selected);
  const last = along.length - 1;
  const next = {
    ArrowRight: Math.min(place + 1, last),
    ArrowLeft: Math.max(place - 1, 0),
    ArrowUp: place === -1 ? last : Math.min(place + 1, last),
    ArrowDown: place === -1 ? last : Math.max(place - 1, 0),
    Home: 0,
    End: last,
  }[key];
  return next === undefined ? undefined : along[next];
}

function drawGroup(
  pen: Pen,
  ink: Ink,
  { plane, points, group }: { readonly plane: Plane; readonly points: Points; readonly group: Group },
): void {
  const { members } = group;
  const places = new Float32Array(2 * members.length);
  let used = 0;
  for (let at = 0; at < members.length; at += 1) {
    const index = members[at] ?? 0;
    const [x, y] = [plane.px(points.x[index] ?? NaN), plane.py(points.y[index] ?? NaN)];
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    places[used] = x;
    places[used + 1] = y;
    used += 2;
  }
  const many = used > 20_000;
  const radius = many ? 1 : used > 2000 ? 2.5 : 4;
  pen.marks(group.mark, places.subarray(0, used), radius, colourOf(ink, group), many ? 0.5 : 0.8);
}

const colourOf = (ink: Ink, { colour }: Group): string =>
  ink.categories[colour % ink.categories.length] ?? ink.accent;

/** Where the entries of the legend stand: `[x, line]` each. */
function legendPlaces(groups: readonly Group[], width: number): (readonly [number, number])[] {
  let [left, line] = [20, 0];
  return groups.map(({ name: text }) => {
    const own = 30 + 6.5 * text.length;
    if (left + own > width && left > 20) [left, line] = [20, line + 1];
    left += own;
    return [left - own, line] as const;
  });
}

const legendHeight = (groups: readonly Group[], width: number): number =>
  LEGEND_LINE * ((legendPlaces(groups, width).at(-1)?.[1] ?? -1) + 1);

function drawLegend(pen: Pen, ink: Ink, groups: readonly Group[]): void {
  const top = pen.height - legendHeight(groups, pen.width);
  for (const [index, [x, line]] of legendPlaces(groups, pen.width).entries()) {
    const group = groups[index];
    if (group === undefined) continue;
    const y = top + LEGEND_LINE * line + 10;
    pen.mark(group.mark, x, y, 5, colourOf(ink, group));
    pen.text(group.name, x + 11, y + 4, { colour: ink.text });
  }
}
