/**
 * What a compressed frame says of its own size, read before a decoder allocates for it.
 *
 * Sources: ITU-T T.81 B.2.2 (JPEG frame header, shared by JPEG-LS, T.87 C.2.2), T.800 A.5.1 (JPEG 2000 SIZ).
 */

export interface CodestreamSize {
  readonly columns: number;
  readonly rows: number;
  readonly samples: number;
  readonly bits: number;
}

/** Start-of-frame markers of JPEG (all but DHT, JPG, DAC) and JPEG-LS (SOF55). */
const START_OF_FRAME = new Set([
  0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf, 0xf7,
]);

export function jpegSize(bytes: Uint8Array): CodestreamSize | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  while (at + 9 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at += 1;
    } else if (START_OF_FRAME.has(marker)) {
      return {
        bits: bytes[at + 4] as number,
        rows: view.getUint16(at + 5),
        columns: view.getUint16(at + 7),
        samples: bytes[at + 9] as number,
      };
    } else {
      at += 2 + view.getUint16(at + 2);
    }
  }
  return null;
}

/** Whether the last marker of JPEG or JPEG-LS is there, before padding. */
export function hasEnd(bytes: Uint8Array): boolean {
  let end = bytes.length;
  while (end > 2 && bytes[end - 1] === 0) end--;
  return bytes[end - 2] === 0xff && bytes[end - 1] === 0xd9;
}

/** More tiles than this are an attack rather than a picture. */
const MOST_TILES = 4096;

export function jpeg2000Size(bytes: Uint8Array): CodestreamSize | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = startOfCodestream(bytes);
  if (start === -1 || start + 43 > bytes.length) return null;
  const at = (field: number): number => view.getUint32(start + 8 + 4 * field);
  const [columns, rows, tileColumns, tileRows] = [at(0) - at(2), at(1) - at(3), at(4), at(5)];
  if (tileColumns < 1 || tileRows < 1) return null;
  if (Math.ceil(columns / tileColumns) * Math.ceil(rows / tileRows) > MOST_TILES) return null;
  return {
    columns,
    rows,
    samples: view.getUint16(start + 40),
    bits: ((bytes[start + 42] as number) & 0x7f) + 1,
  };
}

/** The markers SOC and SIZ; within a JP2 file they come after its boxes. */
function startOfCodestream(bytes: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4096)).indexOf(
    Buffer.from([0xff, 0x4f, 0xff, 0x51]),
  );
}
