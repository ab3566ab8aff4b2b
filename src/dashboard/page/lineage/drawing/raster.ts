/**
 * Many candidates drawn pixel by pixel into a buffer of our own: a canvas strokes 100,000 lines in hundreds of
 * milliseconds, and setting their pixels takes a few. Lines are counted for each pixel, and shown the darker the more there
 * are; candidates lie over them, the highest colour bin last, so that the best of those that share a pixel is seen.
 */
import type { Colours, Rgb } from './colours.js';
import { windowOf, type Places, type Window } from '../geometry/places.js';
import type { Viewport } from '../geometry/viewport.js';

/** A picture as canvases hold it: red, green, blue, opacity; `width` and `height` in device pixels. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** Scratch memory that is kept from one drawing to the next. */
export class Raster {
  private lines = new Uint8Array(0);
  private words = new Uint32Array(0);

  /**
   * The candidates that the viewport shows, on nothing: what holds neither line nor candidate is transparent.
   * `ratio`: device pixels per CSS pixel. The picture's data are overwritten by the next call.
   */
  draw(places: Places, viewport: Viewport, colours: Colours, line: Rgb, ratio: number): Pixels {
    const [width, height] = [Math.round(viewport.width * ratio), Math.round(viewport.height * ratio)];
    if (this.words.length !== width * height) {
      this.lines = new Uint8Array(width * height);
      this.words = new Uint32Array(width * height);
    } else this.lines.fill(0);
    const frame = frameOf(viewport, width, height, ratio);
    countLines(this.lines, places, frame);
    inkLines(this.words, this.lines, line);
    inkCandidates(this.words, places, colours, frame);
    return { width, height, data: new Uint8ClampedArray(this.words.buffer) };
  }
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly offsetX: number;
  readonly offsetY: number;
  readonly window: Window;
  /** Edge of a candidate's square, in device pixels. */
  readonly dot: number;
}

function frameOf(viewport: Viewport, width: number, height: number, ratio: number): Frame {
  const { scaleX, scaleY, offsetX, offsetY } = viewport;
  const room = Math.min(scaleX, scaleY) * ratio;
  return {
    width,
    height,
    scaleX: scaleX * ratio,
    scaleY: scaleY * ratio,
    offsetX: offsetX * ratio,
    offsetY: offsetY * ratio,
    window: windowOf(viewport),
    dot: Math.round(Math.min(6, Math.max(2, 0.6 * room)) * Math.max(1, ratio / 1.5)),
  };
}

/** Adds each edge: down from the parent, and along the child's row. */
function countLines(lines: Uint8Array, places: Places, frame: Frame): void {
  const { layout, reach } = places;
  const { rows, parents, columns } = layout;
  const { window, width, height } = frame;
  for (let i = 0; i < layout.size; i++) {
    const column = columns[i] ?? 0;
    const row = rows[i] ?? 0;
    const x = Math.round(frame.scaleX * column + frame.offsetX);
    const lowest = reach[i] ?? row;
    if (lowest > row && x >= 0 && x < width && row <= window.bottom && lowest >= window.top) {
      const top = Math.max(0, Math.round(frame.scaleY * row + frame.offsetY));
      const bottom = Math.min(height - 1, Math.round(frame.scaleY * lowest + frame.offsetY));
      for (let at = top * width + x; at <= bottom * width + x; at += width) add(lines, at);
    }
    const parent = parents[i] ?? -1;
    if (parent < 0 || row < window.top || row > window.bottom) continue;
    const y = Math.round(frame.scaleY * row + frame.offsetY);
    if (y < 0 || y >= height) continue;
    const left = Math.max(0, Math.round(frame.scaleX * (columns[parent] ?? 0) + frame.offsetX));
    const right = Math.min(width - 1, x);
    for (let at = y * width + left; at <= y * width + right; at++) add(lines, at);
  }
}

function add(lines: Uint8Array, at: number): void {
  const count = lines[at] ?? 0;
  if (count < 255) lines[at] = count + 1;
}

/** A word of memory as canvases order it: red first, on every machine that browsers run on (all are little-endian). */
const word = ([red, green, blue]: Rgb, opacity: number): number =>
  ((opacity << 24) | (blue << 16) | (green << 8) | red) >>> 0;

function inkLines(words: Uint32Array, lines: Uint8Array, line: Rgb): void {
  const ink = Uint32Array.from({ length: 256 }, (_, count) =>
    count === 0 ? 0 : word(line, Math.round(255 * (0.75 - 0.5 * Math.exp(-count / 6)))),
  );
  for (let at = 0; at < words.length; at++) words[at] = ink[lines[at] ?? 0] ?? 0;
}

function inkCandidates(words: Uint32Array, places: Places, colours: Colours, frame: Frame): void {
  const { layout } = places;
  const { columns } = layout;
  const { window, width, height, dot } = frame;
  const ink = Uint32Array.from(colours.palette, (colour) => word(colour, 255));
  for (const i of colours.order) {
    const column = columns[i] ?? 0;
    const row = layout.rows[i] ?? 0;
    if (column < window.left || column > window.right || row < window.top || row > window.bottom) continue;
    const left = Math.round(frame.scaleX * column + frame.offsetX - dot / 2);
    const top = Math.round(frame.scaleY * row + frame.offsetY - dot / 2);
    const colour = ink[colours.bins[i] ?? 0] ?? 0;
    for (let y = Math.max(0, top); y < Math.min(height, top + dot); y++) {
      for (let x = Math.max(0, left); x < Math.min(width, left + dot); x++) words[y * width + x] = colour;
    }
  }
}
