/**
 * Puts new pixels into a file's elements, and corrects what describes them: how colours are stored, offset tables, and that
 * the picture is derived.
 *
 * Source: DICOM PS3.3 C.7.6.1.1.2 (Image Type), C.7.6.3; PS3.5 A.4.
 */
import { PIXELS, type Encoding, type Written } from '../elements/element.js';
import { bytesOf, trimmed } from '../values/text.js';
import type { NewPixels } from './clean-pixels.js';

const [EXTENDED_OFFSETS, EXTENDED_LENGTHS] = [0x7fe00001, 0x7fe00002];
const [IMAGE_TYPE, PHOTOMETRIC, PLANAR] = [0x00080008, 0x00280004, 0x00280006];
const [BITS_STORED, HIGH_BIT] = [0x00280101, 0x00280102];

export function withNewPixels(
  elements: readonly Written[],
  { native, frames, photometric }: NewPixels,
  encoding: Encoding,
): Written[] {
  const numberOf = (tag: number): number | undefined => {
    const element = elements.find((candidate) => candidate.tag === tag);
    if (element?.kind !== 'bytes' && element?.kind !== 'value') return undefined;
    const { value } = element;
    return new DataView(value.buffer, value.byteOffset, value.length).getUint16(0, !encoding.big);
  };
  return elements.flatMap((element): Written[] => {
    const { tag } = element;
    const stated = 'stated' in element ? element.stated : statedIn(element.whole, encoding);
    const text = (value: string): Written => ({ kind: 'value', tag, stated, value: bytesOf(value, 'CS') });
    const number = (value: number): Written => {
      const bytes = Buffer.alloc(2);
      if (encoding.big) bytes.writeUInt16BE(value);
      else bytes.writeUInt16LE(value);
      return { kind: 'value', tag, stated, value: bytes };
    };
    if (tag === IMAGE_TYPE && element.kind !== 'items' && element.kind !== 'fragments')
      return [text(derived(trimmed(element.value)))];
    if (tag === PIXELS)
      return [
        frames === null
          ? { kind: 'value', tag, stated, value: native ?? new Uint8Array() }
          : { kind: 'fragments', tag, stated, fragments: [offsetsOf(frames), ...frames] },
      ];
    if (frames === null) return [element];
    if (tag === EXTENDED_OFFSETS || tag === EXTENDED_LENGTHS) return [];
    if (tag === PHOTOMETRIC) return [text(photometric)];
    if (tag === PLANAR) return [number(0)];
    if (tag === HIGH_BIT) return [number((numberOf(BITS_STORED) ?? 1) - 1)];
    return [element];
  });
}

function statedIn(whole: Uint8Array, { explicit }: Encoding): string {
  return explicit ? Buffer.from(whole.subarray(4, 6)).toString('latin1') : '';
}

/** Pixels that were blanked are not what the machine made. */
function derived(type: string): string {
  return ['DERIVED', ...type.split('\\').slice(1)].join('\\');
}

/** The basic offset table; empty where offsets do not fit. */
function offsetsOf(frames: readonly Buffer[]): Buffer {
  const table = Buffer.alloc(4 * frames.length);
  let at = 0;
  for (const [i, { length }] of frames.entries()) {
    if (at > 0xfffffff0) return Buffer.alloc(0);
    table.writeUInt32LE(at, 4 * i);
    at += length + 8;
  }
  return table;
}
