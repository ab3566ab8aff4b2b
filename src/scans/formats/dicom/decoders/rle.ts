/**
 * DICOM RLE: each byte of each sample is a segment of its own, packed with PackBits.
 *
 * Source: DICOM PS3.5 annex G.
 */

/** Header of sixteen little-endian numbers: the number of segments, and the offset of each. */
const HEADER_BYTES = 64;

/**
 * @param pixels samples are stored most significant byte first, one segment per byte
 * @returns `[samples][pixel]` in little-endian bytes, planes one after the other
 */
export function decodeRle(bytes: Uint8Array, pixels: number, samples: number, width: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const segments = bytes.length < HEADER_BYTES ? 0 : view.getUint32(0, true);
  if (segments !== samples * width)
    throw new Error(`${segments} RLE segments, ${samples * width} are needed`);
  const out = new Uint8Array(pixels * samples * width);
  for (let segment = 0; segment < segments; segment++) {
    const from = view.getUint32(4 + 4 * segment, true);
    const to = segment + 1 < segments ? view.getUint32(8 + 4 * segment, true) : bytes.length;
    const sample = Math.floor(segment / width);
    const byte = width - 1 - (segment % width);
    unpack(bytes.subarray(from, to), out, {
      start: sample * pixels * width + byte,
      step: width,
      count: pixels,
    });
  }
  return out;
}

/** Every `step`-th byte from `start` on, `count` of them. */
interface Strided {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** Unpacks a segment to some of the bytes of `out`. */
function unpack(segment: Uint8Array, out: Uint8Array, { start, step, count }: Strided): void {
  let done = 0;
  let at = 0;
  while (done < count && at < segment.length) {
    const control = segment[at++] as number;
    if (control === 128) continue;
    const repeated = control > 128;
    const length = Math.min(repeated ? 257 - control : control + 1, count - done);
    for (let i = 0; i < length; i++, done++) out[start + done * step] = segment[repeated ? at : at + i] ?? 0;
    at += repeated ? 1 : control + 1;
  }
  if (done < count || at > segment.length)
    throw new Error(`an RLE segment ends after ${done} of ${count} bytes`);
}
