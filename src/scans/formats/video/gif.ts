/**
 * GIF: frames drawn over each other as the file says, each shown for its delay; colours become luma.
 *
 * Source: GIF89a specification, https://www.w3.org/Graphics/GIF/spec-gif89a.txt
 * Where the specification leaves it open, this follows FFmpeg: delays of fewer than two hundredths of a second count as
 * ten; pixels that no frame has drawn have the colour of the background, or are white if that is transparent.
 */
import { UserError } from '../../../core/errors.js';
import { luma } from '../numbers.js';
import { LARGEST_PICTURE, tooLong, type VideoFrames } from './frames.js';

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;

/** Hundredths of a second: shorter delays are taken for the usual one. */
const SHORTEST = 2;
const USUAL = 10;

/** Disposal methods, the state in which a frame leaves the picture: unchanged (0 and 1), cleared, or as before it. */
const CLEAR = 2;
const RESTORE = 3;

const TRANSPARENT = 255;

/** Maximum number of codes, which have at most twelve bits. */
const MOST_CODES = 4096;

interface Control {
  readonly disposal: number;
  /** Hundredths of a second. */
  readonly delay: number;
  /** Index of the colour that is not drawn. */
  readonly transparent: number | null;
}

const PLAIN: Control = { disposal: 0, delay: USUAL, transparent: null };

export function isGif(head: Uint8Array): boolean {
  return /^GIF8[79]a/.test(Buffer.from(head.subarray(0, 6)).toString('latin1'));
}

/** @param bytes the whole file, which begins as `isGif` says */
export function decodeGif(path: string, bytes: Uint8Array): VideoFrames {
  const reader = new Reader(path, bytes);
  reader.at = 6;
  const [width, height] = [reader.short(), reader.short()];
  const packed = reader.byte();
  const background = reader.byte();
  const aspect = reader.byte();
  const shared = (packed & 0x80) === 0 ? null : reader.colours(2 << (packed & 7));
  const size = width * height;
  if (size === 0 || size > LARGEST_PICTURE)
    throw reader.refuse(`its pictures have ${width}×${height} pixels`);

  /** Luma of pixels that are not drawn, according to a frame's control. */
  const empty = (isTransparent: boolean): number =>
    isTransparent ? TRANSPARENT : (shared?.[background] ?? 0);
  const pictures: Uint8Array[] = [];
  const times: number[] = [];
  let canvas: Uint8Array = new Uint8Array(size);
  let control = PLAIN;
  let time = 0;
  // A file that is cut off between frames is read as far as it goes, as other readers do.
  while (reader.at < bytes.length) {
    const block = reader.byte();
    if (block === TRAILER) break;
    if (block === EXTENSION) {
      control =
        reader.byte() === GRAPHIC_CONTROL
          ? (controlOf(reader.blocks()) ?? control)
          : skipped(reader, control);
    } else if (block === IMAGE) {
      const large = tooLong(pictures.length + 1, size);
      if (large !== null) throw reader.refuse(large);
      if (pictures.length === 0) canvas.fill(empty(control.transparent !== null || shared === null));
      const before = canvas;
      canvas = canvas.slice();
      const box = drawn(reader, { canvas, width, height }, shared, control);
      pictures.push(canvas);
      times.push(time / 100);
      time += control.delay;
      if (control.disposal === RESTORE) canvas = before;
      else if (control.disposal === CLEAR)
        canvas = cleared(canvas, box, width, empty(control.transparent === background));
      control = PLAIN;
    } else if (block !== 0)
      throw reader.refuse(`damaged: a block of kind ${block} after frame ${pictures.length}`);
  }
  if (pictures.length === 0) throw reader.refuse('holds no frames');
  const all = new Uint8Array(pictures.length * size);
  pictures.forEach((picture, at) => all.set(picture, at * size));
  return {
    pictures: all,
    width,
    height,
    times,
    aspect: aspect === 0 ? 1 : (aspect + 15) / 64,
  };
}

function skipped(reader: Reader, control: Control): Control {
  reader.blocks();
  return control;
}

function controlOf(block: Uint8Array): Control | null {
  const [packed, low, high, transparent] = block;
  if (packed === undefined || low === undefined || high === undefined || transparent === undefined)
    return null;
  const delay = low + 256 * high;
  return {
    disposal: (packed >> 2) & 7,
    delay: delay < SHORTEST ? USUAL : delay,
    transparent: (packed & 1) === 0 ? null : transparent,
  };
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Gray levels `[height, width]`. */
interface Picture {
  readonly canvas: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Draws the next frame onto the picture; returns its place. */
function drawn(
  reader: Reader,
  { canvas, width, height }: Picture,
  shared: Uint8Array | null,
  { transparent }: Control,
): Box {
  const box: Box = {
    left: reader.short(),
    top: reader.short(),
    width: reader.short(),
    height: reader.short(),
  };
  const packed = reader.byte();
  const own = (packed & 0x80) === 0 ? null : reader.colours(2 << (packed & 7));
  const colours = own ?? shared ?? new Uint8Array(256);
  const bits = reader.byte();
  if (box.width * box.height === 0 || box.left + box.width > width || box.top + box.height > height)
    throw reader.refuse(
      `damaged: a frame of ${box.width}×${box.height} pixels at ${box.left}, ${box.top} in pictures of ${width}×${height}`,
    );
  if (bits < 1 || bits > 8) throw reader.refuse(`damaged: codes of ${bits} bits`);
  const indices = unpacked(reader, bits, box.width * box.height);
  const rows = (packed & 0x40) === 0 ? null : interlaced(box.height);
  for (let row = 0; row < box.height; row++) {
    const to = (box.top + (rows?.[row] ?? row)) * width + box.left;
    for (let column = 0; column < box.width; column++) {
      const index = indices[row * box.width + column] as number;
      if (index !== transparent) canvas[to + column] = colours[index] ?? 0;
    }
  }
  return box;
}

/** Rows in storage order: every eighth, those between, and so on. */
function interlaced(height: number): number[] {
  const passes = [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const;
  return passes.flatMap(([first, step]) =>
    Array.from({ length: Math.max(0, Math.ceil((height - first) / step)) }, (_, i) => first + i * step),
  );
}

function cleared(
  canvas: Uint8Array,
  { left, top, width: across, height }: Box,
  width: number,
  value: number,
): Uint8Array {
  const next = canvas.slice();
  for (let row = top; row < top + height; row++)
    next.fill(value, row * width + left, row * width + left + across);
  return next;
}

/** Variable-length LZW (appendix F): `count` indices of colours, from codes of `bits` + 1 bits on. */
function unpacked(reader: Reader, bits: number, count: number): Uint8Array {
  const data = reader.blocks();
  const out = new Uint8Array(count);
  const [clear, end] = [1 << bits, (1 << bits) + 1];
  const prefix = new Uint16Array(MOST_CODES);
  const suffix = new Uint8Array(MOST_CODES);
  const length = new Uint16Array(MOST_CODES).fill(1, 0, clear);
  for (let code = 0; code < clear; code++) suffix[code] = code;
  let [size, next, previous, first] = [bits + 1, end + 1, -1, 0];
  let [buffer, held, written] = [0, 0, 0];
  for (const byte of data) {
    buffer |= byte << held;
    held += 8;
    while (held >= size) {
      const code = buffer & ((1 << size) - 1);
      buffer >>>= size;
      held -= size;
      if (code === end || written >= count) return finished(reader, out, written);
      if (code === clear) {
        [size, next, previous] = [bits + 1, end + 1, -1];
        continue;
      }
      if (code > next || (code === next && previous === -1) || (previous === -1 && code > clear))
        throw reader.refuse('damaged: a code before its string is known');
      // The string of a code that is not yet known is the previous one followed by its own first index.
      const known = code < next;
      const from = known ? code : previous;
      const span = (length[from] as number) + (known ? 0 : 1);
      let at = written + span - 1;
      if (!known) at--;
      for (let link = from, left = length[from] as number; left > 0; left--, at--) {
        first = suffix[link] as number;
        if (at < count) out[at] = first;
        link = prefix[link] as number;
      }
      if (!known && written + span - 1 < count) out[written + span - 1] = first;
      written += span;
      if (previous !== -1 && next < MOST_CODES) {
        prefix[next] = previous;
        suffix[next] = first;
        length[next] = (length[previous] as number) + 1;
        next++;
        if (next === 1 << size && size < 12) size++;
      }
      previous = code;
    }
  }
  return finished(reader, out, written);
}

function finished(reader: Reader, out: Uint8Array, written: number): Uint8Array {
  if (written >= out.length) return out;
  throw reader.refuse(`truncated: a frame of ${out.length} pixels, ${written} are there`);
}

class Reader {
  at = 0;

  constructor(
    private readonly path: string,
    private readonly bytes: Uint8Array,
  ) {}

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw this.refuse(`truncated: ends at byte ${this.bytes.length}, within a block`);
    return byte;
  }

  short(): number {
    return this.byte() + 256 * this.byte();
  }

  /** Luma of `count` colours. */
  colours(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => Math.round(luma(this.byte(), this.byte(), this.byte())));
  }

  /** All data up to the next empty block. */
  blocks(): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let length = this.byte(); length > 0; length = this.byte()) {
      parts.push(this.bytes.subarray(this.at, this.at + length));
      this.at += length;
    }
    return Buffer.concat(parts);
  }

  refuse(problem: string): UserError {
    return new UserError({ subject: this.path, problem, fix: 'copy it again from its source, or remove it' });
  }
}
