/**
 * Writer of DICOM files, element by element, in explicit little-endian encoding, for fuzzing, benchmarks and tests.
 *
 * Source: DICOM PS3.5 section 7.1, PS3.10 section 7.1.
 */
import { deflateRawSync } from 'node:zlib';

const DEFLATED = '1.2.840.10008.1.2.1.99';

/** Makes a file with its meta information; `elements` in ascending order of tags. */
export function dicomFile(syntax: string, elements: readonly Buffer[]): Buffer {
  const meta = element(0x0002, 0x0010, 'UI', text(syntax, '\0'));
  const body = Buffer.concat(elements);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(0x0002, 0x0000, 'UL', long(meta.length)),
    meta,
    syntax === DEFLATED ? deflateRawSync(body) : body,
  ]);
}

/** Encapsulates compressed frames, each as an item of its own. */
export function encapsulated(frames: readonly Buffer[]): Buffer {
  const start = Buffer.from([0xe0, 0x7f, 0x10, 0x00, 0x4f, 0x42, 0, 0, 0xff, 0xff, 0xff, 0xff]);
  const end = Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
  return Buffer.concat([start, item(Buffer.alloc(0)), ...frames.map(item), end]);
}

function item(data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0xfe, 0xff, 0x00, 0xe0]), long(data.length), data]);
}

export function element(group: number, number: number, vr: string, value: Uint8Array): Buffer {
  const tag = Buffer.concat([short(group), short(number), Buffer.from(vr)]);
  const wide = ['OW', 'OB', 'OF', 'OD', 'SQ', 'UN'].includes(vr);
  return Buffer.concat([
    tag,
    wide ? Buffer.concat([short(0), long(value.length)]) : short(value.length),
    value,
  ]);
}

/** Makes a sequence with one item for each list of elements. */
export function sequence(group: number, number: number, items: readonly (readonly Buffer[])[]): Buffer {
  return element(group, number, 'SQ', Buffer.concat(items.map((elements) => item(Buffer.concat(elements)))));
}

export function text(value: string, pad = ' '): Buffer {
  return Buffer.from(value.length % 2 === 0 ? value : value + pad, 'latin1');
}

export function short(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function long(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
