/**
 * JPEG with 12 bits per sample, sequential and Huffman coded, of one component: "extended" as DICOM uses it.
 *
 * Source: ITU-T T.81, sections B.2 (markers), F.2 (decoding), A.3.3 (inverse DCT). Written here, since the packaged
 * builds of libjpeg-turbo decode 8 bits and there is no other that one could install.
 */
import { BitReader, readHuffmanTables, segmentAt, type HuffmanTable } from './jpeg-entropy.js';

/** Order in which the coefficients of a block are stored. */
const ZIGZAG = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
  55, 62, 63,
]; // prettier-ignore

/** `COSINES[8 * x + u]`: what coefficient `u` adds at place `x`, T.81 A.3.3. */
const COSINES = Float64Array.from({ length: 64 }, (_, i) => {
  const [x, u] = [i >> 3, i & 7];
  return (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * x + 1) * u * Math.PI) / 16);
});

interface Tables {
  readonly quantisation: Map<number, number[]>;
  readonly huffman: Map<number, HuffmanTable>;
  frame?: { readonly bits: number; readonly rows: number; readonly columns: number; readonly table: number };
  restartInterval: number;
}

/** @returns samples `[rows, columns]` */
export function decodeJpegExtended(bytes: Uint8Array): Uint16Array {
  const tables: Tables = { quantisation: new Map(), huffman: new Map(), restartInterval: 0 };
  for (let at = 2, next = segmentAt(bytes, at); next !== null; next = segmentAt(bytes, at)) {
    at = next.end;
    if (next.marker === 0xda) return decodeScan(tables, next.content, new BitReader(bytes, at));
    readSegment(tables, next.marker, next.content);
  }
  throw new Error('a frame without a scan');
}

function readSegment(tables: Tables, marker: number, segment: Uint8Array): void {
  const at = (index: number): number => segment[index] ?? 0;
  if (marker === 0xdb) readQuantisation(tables, segment);
  else if (marker === 0xc4) readHuffmanTables(segment, tables.huffman);
  else if (marker === 0xdd) tables.restartInterval = 256 * at(0) + at(1);
  else if (marker === 0xc0 || marker === 0xc1) {
    if (at(5) !== 1) throw new Error(`${at(5)} components of ${at(0)} bits are not read`);
    tables.frame = {
      bits: at(0),
      rows: 256 * at(1) + at(2),
      columns: 256 * at(3) + at(4),
      table: at(8),
    };
  } else if (marker > 0xc1 && marker <= 0xcf) {
    throw new Error('progressive and arithmetic JPEG of 12 bits are not read');
  }
}

function readQuantisation({ quantisation }: Tables, segment: Uint8Array): void {
  for (let at = 0; at < segment.length;) {
    const [wide, table] = [(segment[at] as number) >> 4, (segment[at] as number) & 15];
    at += 1;
    const steps = Array.from({ length: 64 }, (_, i) =>
      wide === 0 ? (segment[at + i] ?? 1) : 256 * (segment[at + 2 * i] ?? 0) + (segment[at + 2 * i + 1] ?? 1),
    );
    quantisation.set(table, steps);
    at += wide === 0 ? 64 : 128;
  }
}

function decodeScan(tables: Tables, header: Uint8Array, reader: BitReader): Uint16Array {
  const { frame, quantisation, huffman, restartInterval } = tables;
  const selector = header[2] ?? 0;
  const [dc, ac] = [huffman.get(selector >> 4), huffman.get(0x10 | (selector & 15))];
  const steps = frame && quantisation.get(frame.table);
  if (frame === undefined || dc === undefined || ac === undefined || steps === undefined)
    throw new Error('a scan without its tables');
  const { rows, columns, bits } = frame;
  const picture = { samples: new Uint16Array(rows * columns), rows, columns, bits };
  const [across, blocks] = [Math.ceil(columns / 8), Math.ceil(columns / 8) * Math.ceil(rows / 8)];
  const coefficients = new Float64Array(64);
  let last = 0;
  for (let block = 0; block < blocks; block++) {
    if (restartInterval > 0 && block > 0 && block % restartInterval === 0) {
      reader.restart(block / restartInterval - 1);
      last = 0;
    }
    last += reader.signed(reader.symbol(dc));
    coefficients.fill(0);
    coefficients[0] = last * (steps[0] as number);
    for (let k = 1; k < 64; k++) {
      const symbol = reader.symbol(ac);
      const [run, size] = [symbol >> 4, symbol & 15];
      if (size === 0 && run < 15) break;
      k += run;
      if (k > 63) throw new Error('a block has more than 64 coefficients');
      if (size > 0) coefficients[ZIGZAG[k] as number] = reader.signed(size) * (steps[k] as number);
    }
    placeBlock(picture, 8 * Math.floor(block / across), 8 * (block % across), coefficients);
  }
  return picture.samples;
}

/** The samples decoded so far, row by row. */
interface Picture {
  readonly samples: Uint16Array;
  readonly rows: number;
  readonly columns: number;
  readonly bits: number;
}

/** Writes the block of these coefficients, shifted to be unsigned, as far as it lies within the picture. */
function placeBlock(
  { samples, rows, columns, bits }: Picture,
  top: number,
  left: number,
  coefficients: Float64Array,
): void {
  const half = new Float64Array(64);
  for (let v = 0; v < 8; v++) {
    for (let x = 0; x < 8; x++) {
      let sum = 0;
      for (let u = 0; u < 8; u++) sum += (COSINES[8 * x + u] as number) * (coefficients[8 * v + u] as number);
      half[8 * v + x] = sum;
    }
  }
  const [middle, most] = [2 ** (bits - 1), 2 ** bits - 1];
  for (let y = 0; y < Math.min(8, rows - top); y++) {
    for (let x = 0; x < Math.min(8, columns - left); x++) {
      let sum = middle;
      for (let v = 0; v < 8; v++) sum += (COSINES[8 * y + v] as number) * (half[8 * v + x] as number);
      samples[(top + y) * columns + left + x] = Math.min(most, Math.max(0, Math.round(sum)));
    }
  }
}
