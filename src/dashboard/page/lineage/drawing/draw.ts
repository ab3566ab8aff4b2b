/**
 * The drawing of the part of the family that a viewport shows. Up to `FEW` candidates are drawn as circles with numbers and
 * mutations (as there is room), more of them as pixels (raster.ts); the path and the selected candidate lie over both.
 */
import type { LineageView } from '../../../views/types.js';
import type { Pen } from '../../plot/pen.js';
import { name } from '../../shared/format.js';
import type { Ink } from '../../shared/palette.js';
import { css, type Colours } from './colours.js';
import { indexOf } from '../geometry/layout.js';
import { edgeText, stepOf } from '../geometry/path.js';
import { windowOf, type Places, type Window } from '../geometry/places.js';
import type { Viewport } from '../geometry/viewport.js';

/** Candidates that are drawn one by one on the screen, and in a file, at most. */
export const FEW = 1500;
export const FEW_SAVED = 5000;

export interface Scene {
  readonly view: LineageView;
  readonly places: Places;
  readonly colours: Colours;
  readonly viewport: Viewport;
  /** Indices from an ancestor to a candidate. */
  readonly path: readonly number[];
}

/** Draws the candidates that are in sight, one by one. */
export function drawFew(pen: Pen, ink: Ink, scene: Scene): void {
  const window = windowOf(scene.viewport);
  const radius = radiusOf(scene.viewport);
  drawEdges(pen, ink, scene, window);
  drawPath(pen, ink, scene);
  const byBin = new Map<number, number[]>();
  const seen: number[] = [];
  for (const i of scene.colours.order) {
    if (!inside(scene.places, window, i)) continue;
    const bin = scene.colours.bins[i] ?? 0;
    const points = byBin.get(bin) ?? [];
    if (points.length === 0) byBin.set(bin, points);
    points.push(...placeOf(scene, i));
    seen.push(i);
  }
  // A rim, so that the palest colours stand out from the ground.
  pen.marks('circle', [...byBin.values()].flat(), radius + 1, ink.faint);
  for (const [bin, points] of byBin) pen.marks('circle', points, radius, colourOf(scene.colours, bin));
  drawLabels(pen, ink, scene, seen);
}

const radiusOf = ({ scaleX, scaleY }: Viewport): number =>
  Math.min(9, Math.max(3, 0.3 * Math.min(scaleX, scaleY)));

function colourOf({ palette }: Colours, bin: number): string {
  return css(palette[bin] ?? [0, 0, 0]);
}

/** x and y of a candidate in CSS pixels. */
function placeOf({ places, viewport }: Scene, index: number): [number, number] {
  return [
    viewport.scaleX * (places.layout.columns[index] ?? 0) + viewport.offsetX,
    viewport.scaleY * (places.layout.rows[index] ?? 0) + viewport.offsetY,
  ];
}

function inside(places: Places, window: Window, i: number): boolean {
  const [column, row] = [places.layout.columns[i] ?? 0, places.layout.rows[i] ?? 0];
  return (
    column >= window.left - 1 &&
    column <= window.right + 1 &&
    row >= window.top - 1 &&
    row <= window.bottom + 1
  );
}

/** Edges of which some part may be in sight; a promotion's is dashed. */
function drawEdges(pen: Pen, ink: Ink, scene: Scene, window: Window): void {
  const { layout } = scene.places;
  const { columns } = layout;
  const [plain, dashed]: [number[], number[]] = [[], []];
  for (let i = 0; i < layout.size; i++) {
    const parent = layout.parents[i] ?? -1;
    if (parent < 0) continue;
    const [row, column] = [layout.rows[i] ?? 0, columns[i] ?? 0];
    if (row < window.top || (layout.rows[parent] ?? 0) > window.bottom) continue;
    if (column < window.left || (columns[parent] ?? 0) > window.right) continue;
    (scene.view.roles[i] === 'promotion' ? dashed : plain).push(...elbow(scene, parent, i), NaN, NaN);
  }
  pen.line(plain, { colour: ink.faint, width: 1.2 });
  pen.line(dashed, { colour: ink.faint, width: 1.2, dash: [4, 3] });
}

/** Down from the parent, then along the child's row. */
function elbow(scene: Scene, parent: number, child: number): number[] {
  const [x, y] = placeOf(scene, parent);
  const [toX, toY] = placeOf(scene, child);
  return [x, y, x, toY, toX, toY];
}

/** The path from an ancestor to a candidate. */
export function drawPath(pen: Pen, ink: Ink, scene: Scene): void {
  const steps = scene.path
    .slice(1)
    .flatMap((child, i) => [...elbow(scene, scene.path[i] ?? child, child), NaN, NaN]);
  pen.line(steps, { colour: ink.ground, width: 7 });
  pen.line(steps, { colour: PATH, width: 3.5 });
}

/** Vermilion of Okabe and Ito's palette: no scale of candidates holds it. */
const PATH = '#d55e00';

/** Candidates of the path over a drawing of pixels, where they would hide one another no more than that. */
export function drawPathCandidates(pen: Pen, ink: Ink, scene: Scene): void {
  if (scene.path.length > 60) return;
  for (const i of scene.path) {
    const [x, y] = placeOf(scene, i);
    pen.mark('circle', x, y, 5, ink.ground);
    pen.mark('circle', x, y, 4, PATH);
    pen.mark('circle', x, y, 2.5, colourOf(scene.colours, scene.colours.bins[i] ?? 0));
  }
}

function drawLabels(pen: Pen, ink: Ink, scene: Scene, seen: readonly number[]): void {
  const { viewport, view, places } = scene;
  if (viewport.scaleY < 20) return;
  const radius = radiusOf(viewport);
  const hasNumber = (i: number) => viewport.scaleX >= 7 * String(view.numbers[i] ?? '').length + 4;
  // Where rows are near, a mutation ends before the numbers over the row below.
  const below = new Map<number, number[]>();
  if (viewport.scaleY < radius + 3 + 11 + 16)
    for (const i of seen) {
      const row = places.layout.rows[i] ?? 0;
      if (hasNumber(i)) below.set(row, [...(below.get(row) ?? []), placeOf(scene, i)[0]]);
    }
  for (const i of seen) {
    const [x, y] = placeOf(scene, i);
    if (hasNumber(i))
      pen.text(String(view.numbers[i] ?? ''), x, y - radius - 3, {
        colour: ink.text,
        size: 11,
        align: 'middle',
      });
    const parent = places.layout.parents[i] ?? -1;
    if (parent < 0) continue;
    const start = placeOf(scene, parent)[0];
    const inWay = below.get((places.layout.rows[i] ?? 0) + 1)?.filter((at) => at > start && at < x) ?? [];
    const room = Math.min(x - radius, ...inWay.map((at) => at - 8)) - start - 10;
    const words = fitting(edgeText(stepOf(view, i)), room);
    if (words !== null) pen.text(words, start + 6, y + 13, { colour: ink.faint, size: 10 });
  }
}

/** As much of a text as fits into `room` pixels; null where that says nothing. */
function fitting(text: string, room: number): string | null {
  const letters = Math.floor(room / 5.2);
  return letters < Math.min(text.length, 12) ? null : name(text, letters);
}

/** What is selected and what the pointer is at, over either drawing. */
export function drawMarks(
  pen: Pen,
  ink: Ink,
  scene: Scene,
  marked: { readonly selected: number | null; readonly hovered: number | null },
): void {
  const radius = radiusOf(scene.viewport);
  for (const index of [marked.hovered, marked.selected]) {
    const parent = index === null ? -1 : (scene.places.layout.parents[index] ?? -1);
    if (index !== null && parent >= 0)
      pen.line(elbow(scene, parent, index), { colour: ink.text, width: 1.5 });
  }
  if (marked.hovered !== null) pen.mark('ring', ...placeOf(scene, marked.hovered), radius + 3, ink.faint);
  if (marked.selected === null) return;
  const place = placeOf(scene, marked.selected);
  pen.mark('ring', ...place, radius + 5, ink.ground);
  pen.mark('ring', ...place, radius + 4, ink.text);
  const other = scene.view.others[marked.selected] ?? null;
  const found = other === null ? -1 : indexOf(scene.places.layout.numbers, other);
  if (found >= 0)
    pen.line([...placeOf(scene, found), ...place], { colour: ink.text, width: 1.5, dash: [2, 3] });
}
