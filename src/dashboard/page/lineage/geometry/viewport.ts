/**
 * The part of the family that the drawing shows: a transform from places (x: number or generation, y: row) to pixels, and
 * its changes by zooming, panning and fitting. Each direction has a scale of its own, since rows and numbers have nothing
 * in common. Pure: every change returns a new viewport.
 */

/** Pixels are `scale * place + offset`; `width` and `height` in CSS pixels. */
export interface Viewport {
  readonly width: number;
  readonly height: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

/** Size of what is laid out: places run from 0 to `columns - 1` and from 0 to `rows - 1`. */
export interface Extent {
  readonly columns: number;
  readonly rows: number;
}

/** Room at each edge, so that no candidate is cut. */
const MARGIN = 24;
/** Pixels between neighbours at most: larger gaps show nothing more. */
const WIDEST = 90;
const HIGHEST = 40;

/** Pixels that a family of so many rows fills at most. */
export const fullHeight = (rows: number): number => 2 * MARGIN + HIGHEST * Math.max(1, rows - 1);

/** The whole family; small ones are not blown up beyond what can be read. */
export function fitted(extent: Extent, width: number, height: number): Viewport {
  const scaleX = Math.min(WIDEST, (width - 2 * MARGIN) / Math.max(1, extent.columns - 1));
  const scaleY = Math.min(HIGHEST, (height - 2 * MARGIN) / Math.max(1, extent.rows - 1));
  return { width, height, scaleX, scaleY, offsetX: MARGIN, offsetY: MARGIN };
}

/** Zoomed about the pixel (`x`, `y`), which stays over the same place; never further out than the whole family. */
export function zoomed(
  viewport: Viewport,
  extent: Extent,
  at: { readonly x: number; readonly y: number },
  factor: { readonly x: number; readonly y: number },
): Viewport {
  const whole = fitted(extent, viewport.width, viewport.height);
  const scaleX = clamp(viewport.scaleX * factor.x, whole.scaleX, Math.max(whole.scaleX, WIDEST));
  const scaleY = clamp(viewport.scaleY * factor.y, whole.scaleY, Math.max(whole.scaleY, HIGHEST));
  const offsetX = at.x - ((at.x - viewport.offsetX) / viewport.scaleX) * scaleX;
  const offsetY = at.y - ((at.y - viewport.offsetY) / viewport.scaleY) * scaleY;
  return held({ ...viewport, scaleX, scaleY, offsetX, offsetY }, extent);
}

export function panned(viewport: Viewport, extent: Extent, dx: number, dy: number): Viewport {
  const moved = { ...viewport, offsetX: viewport.offsetX + dx, offsetY: viewport.offsetY + dy };
  return held(moved, extent);
}

/** Moved as little as brings a place into sight. */
export function showing(viewport: Viewport, extent: Extent, column: number, row: number): Viewport {
  const [x, y] = [viewport.scaleX * column + viewport.offsetX, viewport.scaleY * row + viewport.offsetY];
  const dx = clamp(x, MARGIN, viewport.width - MARGIN) - x;
  const dy = clamp(y, MARGIN, viewport.height - MARGIN) - y;
  return dx === 0 && dy === 0 ? viewport : panned(viewport, extent, dx, dy);
}

/** Centred on a place, at a scale where single candidates can be told apart. */
export function focused(viewport: Viewport, extent: Extent, column: number, row: number): Viewport {
  const scaleX = Math.max(viewport.scaleX, 24);
  const scaleY = Math.max(viewport.scaleY, 24);
  const offsetX = viewport.width / 2 - scaleX * column;
  const offsetY = viewport.height / 2 - scaleY * row;
  return held({ ...viewport, scaleX, scaleY, offsetX, offsetY }, extent);
}

/** As before, in a frame of another size. */
export function resized(viewport: Viewport, extent: Extent, width: number, height: number): Viewport {
  const before = fitted(extent, viewport.width, viewport.height);
  const whole = fitted(extent, width, height);
  return zoomed(
    { ...viewport, width, height },
    extent,
    { x: 0, y: 0 },
    { x: whole.scaleX / before.scaleX, y: whole.scaleY / before.scaleY },
  );
}

/** Shows the whole family, as far as rounding goes. */
export function isFitted(viewport: Viewport, extent: Extent): boolean {
  const whole = fitted(extent, viewport.width, viewport.height);
  return viewport.scaleX <= whole.scaleX * 1.001 && viewport.scaleY <= whole.scaleY * 1.001;
}

/** The family is not pushed out of the frame. */
function held(viewport: Viewport, extent: Extent): Viewport {
  const { width, height, scaleX, scaleY } = viewport;
  return {
    ...viewport,
    offsetX: heldOffset(viewport.offsetX, scaleX * (extent.columns - 1), width),
    offsetY: heldOffset(viewport.offsetY, scaleY * (extent.rows - 1), height),
  };
}

function heldOffset(offset: number, length: number, frame: number): number {
  const last = frame - MARGIN - length;
  return last >= MARGIN ? MARGIN : clamp(offset, last, MARGIN);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
