/**
 * Headers of compressed frames, read for their size before a decoder allocates memory.
 *
 * Sources: ITU-T T.81 B.2.2 (JPEG frame header, shared by JPEG-LS, T.87 C.2.2), T.800 A.5.1 (JPEG 2000 SIZ).
 */

export interface CodestreamSize {
  readonly columns: number;
  readonly rows: number;
  readonly samples: number;
  readonly bits: number;
}

/** JPEG processes by start-of-frame marker: T.81 table B.1, T.87 C.1.1 for the last. */
export const JPEG_PROCESSES: Readonly<Record<number, string>> = {
  0xc0: 'baseline',
  0xc1: 'extended sequential',
  0xc2: 'progressive',
  0xc3: 'lossless',
  0xc5: 'hierarchical sequential',
  0xc6: 'hierarchical progressive',
  0xc7: 'hierarchical lossless',
  0xc9: 'arithmetic sequential',
  0xca: 'arithmetic progressive',
  0xcb: 'arithmetic lossless',
  0xcd: 'hierarchical arithmetic sequential',
  0xce: 'hierarchical arithmetic progressive',
  0xcf: 'hierarchical arithmetic lossless',
  0xf7: 'JPEG-LS',
};

export interface JpegHeader extends CodestreamSize {
  /** The start-of-frame marker's second byte. */
  readonly process: number;
  /** True if a JFIF or Adobe segment names the colours of the components. */
  readonly namesColours: boolean;
}

/** Reads the header of JPEG or JPEG-LS; null if there is none. */
export function jpegHeaderOf(bytes: Uint8Array): JpegHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let namesColours = false;
  let at = 2;
  while (at + 9 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at += 1;
    } else if (JPEG_PROCESSES[marker] !== undefined) {
      return {
        process: marker,
        namesColours,
        bits: bytes[at + 4] as number,
        rows: view.getUint16(at + 5),
        columns: view.getUint16(at + 7),
        samples: bytes[at + 9] as number,
      };
    } else {
      const name = Buffer.from(bytes.subarray(at + 4, at + 9)).toString('latin1');
      namesColours ||= (marker === 0xe0 && name === 'JFIF\0') || (marker === 0xee && name === 'Adobe');
      at += 2 + view.getUint16(at + 2);
    }
  }
  return null;
}

/**
 * Offset just after the last marker of JPEG, JPEG-LS or JPEG 2000; 0 if there is none. Writers pad with zeros, and with
 * the fill bytes that may precede a marker.
 */
export function endOf(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 2 && (bytes[end - 1] === 0 || bytes[end - 1] === 0xff)) end--;
  return bytes[end - 2] === 0xff && bytes[end - 1] === 0xd9 ? end : 0;
}

/** Maximum number of tiles; more are an attack rather than a picture. */
const MOST_TILES = 4096;

export interface Jpeg2000Header extends CodestreamSize {
  /** Byte at which the codestream begins. */
  readonly start: number;
  readonly signed: boolean;
  /** True if every component has a sample for every pixel, and as many bits as the others. */
  readonly alike: boolean;
  /** True for the block coding of T.814 rather than T.800. */
  readonly highThroughput: boolean;
  /** True if red, green and blue were transformed before compression. */
  readonly transformed: boolean;
}

/** Reads the header of JPEG 2000; null if there is none. */
export function jpeg2000HeaderOf(bytes: Uint8Array): Jpeg2000Header | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = startOfCodestream(bytes);
  if (start === -1 || start + 43 > bytes.length) return null;
  const at = (field: number): number => view.getUint32(start + 8 + 4 * field);
  const [columns, rows, tileColumns, tileRows] = [at(0) - at(2), at(1) - at(3), at(4), at(5)];
  if (tileColumns < 1 || tileRows < 1) return null;
  if (Math.ceil(columns / tileColumns) * Math.ceil(rows / tileRows) > MOST_TILES) return null;
  const samples = view.getUint16(start + 40);
  const components = bytes.subarray(start + 42, start + 42 + 3 * samples);
  const [depth = 0] = components;
  return {
    start,
    columns,
    rows,
    samples,
    bits: (depth & 0x7f) + 1,
    signed: depth > 0x7f,
    alike: components.every((byte, i) => byte === (i % 3 === 0 ? depth : 1)),
    highThroughput: (view.getUint16(start + 6) & HIGH_THROUGHPUT) > 0,
    transformed: isTransformed(view, start + 2),
  };
}

/** Capabilities of part 15 are described further on (T.800 table A.10, T.814 A.2). */
const HIGH_THROUGHPUT = 0x4000;

/** True if the coding style (COD) of the main header states a component transform; reads from its first segment on. */
function isTransformed(view: DataView, first: number): boolean {
  for (let at = first; at + 9 <= view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker === 0xff52) return view.getUint8(at + 8) === 1;
    if (marker === 0xff90 || marker < 0xff00) return false;
  }
  return false;
}

/** The markers SOC and SIZ; within a JP2 file they come after its boxes. */
function startOfCodestream(bytes: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4096)).indexOf(
    Buffer.from([0xff, 0x4f, 0xff, 0x51]),
  );
}
