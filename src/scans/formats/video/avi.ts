/**
 * AVI: its first video stream as frames of motion JPEG or of plain pixels; null for other compression.
 *
 * Source: Microsoft, "AVI RIFF File Reference" and "DIBs and Their Use"; OpenDML AVI 1.02 for files of several RIFF chunks
 * and for the shape of pixels (`vprp`).
 */
import { UserError } from '../../../core/errors.js';
import { luma } from '../numbers.js';
import { LARGEST_PICTURE, tooLong, type VideoFrames } from './frames.js';
import { jpegAspect, jpegLuma } from './motion-jpeg.js';

/** Chunk of a frame; a dropped frame has an empty chunk and still takes its time. */
interface Chunk {
  /** Number of frames before it. */
  readonly index: number;
  readonly bytes: Uint8Array;
}

interface Stream {
  readonly number: number;
  /** Seconds for each frame: scale / rate. */
  readonly scale: number;
  readonly rate: number;
  readonly width: number;
  /** Number of rows, stored from the bottom up; negative if from the top down. */
  readonly height: number;
  readonly bits: number;
  /** Four characters, or four zeros for plain pixels. */
  readonly compression: string;
  /** Luma by index, for plain pixels of 8 bits. */
  readonly palette: Uint8Array | null;
  aspect: number | null;
}

/** Lists within lists: a file, its frames, groups of them. */
const DEEPEST = 8;

const JPEG = /^(MJPG|JPEG|dmb1|AVRn|CJPG)$/i;

export function isAvi(head: Uint8Array): boolean {
  return /^RIFF[^]{4}AVI $/.test(Buffer.from(head.subarray(0, 12)).toString('latin1'));
}

/** @param bytes the whole file, which begins as `isAvi` says */
export async function decodeAvi(path: string, bytes: Uint8Array): Promise<VideoFrames | null> {
  const { stream, chunks } = openAvi(bytes);
  const refuse = (problem: string): UserError =>
    new UserError({ subject: path, problem, fix: 'copy it again from its source, or convert it' });
  if (stream === null) return null;
  const [width, height] = [stream.width, Math.abs(stream.height)];
  const size = width * height;
  const isJpeg = JPEG.test(stream.compression);
  if (!isJpeg && !(stream.compression === '\0\0\0\0' && [8, 24, 32].includes(stream.bits))) return null;
  if (size === 0 || size > LARGEST_PICTURE) throw refuse(`its pictures have ${width}×${height} pixels`);
  const filled = chunks.filter((chunk) => chunk.bytes.length > 0);
  const [first] = filled;
  if (first === undefined) throw refuse('holds no frames');
  const large = tooLong(filled.length, size);
  if (large !== null) throw refuse(large);
  const pictures = new Uint8Array(filled.length * size);
  for (const [at, chunk] of filled.entries()) {
    const frame = isJpeg ? await jpegLuma(chunk.bytes, width, height) : plainLuma(chunk.bytes, stream);
    // Fields of interlaced frames, and colours that are no luma.
    if (frame === null) return null;
    if (typeof frame === 'string')
      throw refuse(`its frame ${at + 1} of ${filled.length} can not be decoded: ${frame}`);
    pictures.set(frame, at * size);
  }
  return {
    pictures,
    width,
    height,
    times: filled.map(({ index }) => (index * stream.scale) / stream.rate),
    aspect: stream.aspect ?? (isJpeg ? jpegAspect(first.bytes) : null) ?? 1,
  };
}

/** Finds the first video stream and the chunks of its frames, as far as the file goes. */
function openAvi(bytes: Uint8Array): { stream: Stream | null; chunks: Chunk[] } {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks: Chunk[] = [];
  let stream: Stream | null = null;
  let streams = 0;
  let frames = 0;
  const walk = (start: number, end: number, depth: number): void => {
    if (depth > DEEPEST) return;
    let at = start;
    while (at + 8 <= end) {
      const id = view.toString('latin1', at, at + 4);
      const length = view.readUInt32LE(at + 4);
      const [from, to] = [at + 8, at + 8 + length];
      const list = id === 'RIFF' || id === 'LIST' ? view.toString('latin1', from, from + 4) : null;
      if (list === 'strl') {
        stream ??= streamOf(view, from + 4, Math.min(to, end), streams);
        streams++;
      } else if (list !== null) walk(from + 4, Math.min(to, end), depth + 1);
      else if (stream !== null && isFrame(id, stream.number)) {
        if (to > end) return;
        chunks.push({ index: frames++, bytes: bytes.subarray(from, to) });
      }
      at = to + (length % 2);
    }
  };
  walk(0, bytes.length, 0);
  return { stream, chunks };
}

/** `00dc` and `00db`: compressed and plain frames of stream 0. */
function isFrame(id: string, stream: number): boolean {
  return id === `${String(stream).padStart(2, '0')}dc` || id === `${String(stream).padStart(2, '0')}db`;
}

/** Reads the headers of a stream; null unless it is video. */
function streamOf(view: Buffer, start: number, end: number, number: number): Stream | null {
  let header: Buffer | null = null;
  let format: Buffer | null = null;
  let properties: Buffer | null = null;
  for (let at = start; at + 8 <= end;) {
    const length = view.readUInt32LE(at + 4);
    const chunk = view.subarray(at + 8, Math.min(at + 8 + length, end));
    const id = view.toString('latin1', at, at + 4);
    if (id === 'strh') header = chunk;
    if (id === 'strf') format = chunk;
    if (id === 'vprp') properties = chunk;
    at += 8 + length + (length % 2);
  }
  if (header === null || format === null || header.length < 28 || format.length < 40) return null;
  if (header.toString('latin1', 0, 4) !== 'vids') return null;
  const bits = format.readUInt16LE(14);
  return {
    number,
    scale: header.readUInt32LE(20),
    rate: header.readUInt32LE(24),
    width: Math.abs(format.readInt32LE(4)),
    height: format.readInt32LE(8),
    bits,
    compression: format.toString('latin1', 16, 20),
    palette: bits === 8 ? paletteOf(format.subarray(40)) : null,
    aspect: properties === null ? null : aspectOf(properties),
  };
}

/** Luma of colours stored as blue, green, red, 0; greys if there are no colours. */
function paletteOf(colours: Buffer): Uint8Array {
  const count = Math.floor(colours.length / 4);
  return Uint8Array.from({ length: 256 }, (_, i) =>
    count === 0 ? i : i < count ? lumaAt(colours, 4 * i) : 0,
  );
}

function lumaAt(pixels: Uint8Array, at: number): number {
  return Math.round(luma(pixels[at + 2] as number, pixels[at + 1] as number, pixels[at] as number));
}

/** Aspect ratio of pixels from the frame's shape; null if the file does not say. */
function aspectOf(properties: Buffer): number | null {
  if (properties.length <= 36) return null;
  const [down, across] = [properties.readUInt16LE(20), properties.readUInt16LE(22)];
  const [columns, rows] = [properties.readUInt32LE(24), properties.readUInt32LE(28)];
  return [down, across, columns, rows].every((n) => n > 0) ? (across * rows) / (down * columns) : null;
}

/** Luma of a device-independent bitmap: rows padded to multiples of four bytes, colours as blue, green, red. */
function plainLuma(bytes: Uint8Array, { width, height, bits, palette }: Stream): Uint8Array | string {
  const rows = Math.abs(height);
  const step = bits / 8;
  const stride = 4 * Math.ceil((width * step) / 4);
  if (bytes.length < stride * rows) return `${bytes.length} bytes, ${stride * rows} are needed`;
  const out = new Uint8Array(width * rows);
  for (let row = 0; row < rows; row++) {
    const from = (height > 0 ? rows - 1 - row : row) * stride;
    for (let column = 0; column < width; column++) {
      const at = from + column * step;
      out[row * width + column] =
        palette === null ? lumaAt(bytes, at) : (palette[bytes[at] as number] as number);
    }
  }
  return out;
}
