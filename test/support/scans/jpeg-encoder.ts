/**
 * A lossless JPEG encoder (Huffman, process 14), to decode again: every predictor, point transform, restart interval,
 * and components in one scan or each in its own. No care is taken to compress well.
 *
 * Source: ITU-T T.81, B.2 (markers), H.1 (encoding).
 */

export interface JpegOptions {
  readonly rows: number;
  readonly columns: number;
  /** Samples per pixel. */
  readonly components: number;
  /** From 2 to 16. */
  readonly bits: number;
  /** From 1 to 7. */
  readonly predictor: number;
  readonly pointTransform?: number;
  /** Rows between restart markers; none by default. */
  readonly restartRows?: number;
  readonly interleaved?: boolean;
}

/** How many codes have each length: the one, with codes up to 16 bits, for even components, the other for odd ones. */
const LENGTHS = [
  [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
  [0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
] as const;

/** @param samples `[rows, columns, components]` */
export function losslessJpeg(samples: ArrayLike<number>, options: JpegOptions): Buffer {
  const { rows, columns, components, bits, restartRows = 0, interleaved = true } = options;
  const all = Array.from({ length: components }, (_, i) => i);
  const sizes = [bits, rows >> 8, rows & 255, columns >> 8, columns & 255, components];
  const scans = interleaved ? [all] : all.map((component) => [component]);
  const interval = restartRows * columns;
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xc3, [...sizes, ...all.flatMap((i) => [i + 1, 0x11, 0])]),
    ...LENGTHS.map((counts, table) => segment(0xc4, [table, ...counts, ...Array(17).keys()])),
    ...(interval > 0 ? [segment(0xdd, [interval >> 8, interval & 255])] : []),
    ...scans.map((scan) => scanOf(samples, scan, options)),
    Buffer.from([0xff, 0xd9]),
  ]);
}

export function segment(marker: number, content: readonly number[]): Buffer {
  const length = content.length + 2;
  return Buffer.from([0xff, marker, length >> 8, length & 255, ...content]);
}

function scanOf(samples: ArrayLike<number>, scan: readonly number[], options: JpegOptions): Buffer {
  const { rows, columns, components, bits, predictor, pointTransform = 0, restartRows = rows } = options;
  const header = [scan.length, ...scan.flatMap((i) => [i + 1, (i % 2) << 4]), predictor, 0, pointTransform];
  const at = (row: number, column: number, component: number): number =>
    (samples[(row * columns + column) * components + component] as number) >> pointTransform;
  const parts = [segment(0xda, header)];
  for (let start = 0; start < rows; start += restartRows) {
    const written = new BitWriter();
    for (let row = start; row < Math.min(rows, start + restartRows); row++) {
      for (let column = 0; column < columns; column++) {
        for (const component of scan) {
          const [left, above, corner] = [
            () => at(row, column - 1, component),
            () => at(row - 1, column, component),
            () => at(row - 1, column - 1, component),
          ];
          const predicted =
            row === start
              ? column === 0
                ? 2 ** (bits - pointTransform - 1)
                : left()
              : column === 0
                ? above()
                : PREDICTORS[predictor - 1]?.(left(), above(), corner());
          written.difference(at(row, column, component) - (predicted as number), component % 2);
        }
      }
    }
    if (start > 0) parts.push(Buffer.from([0xff, 0xd0 | ((start / restartRows - 1) & 7)]));
    parts.push(written.bytes());
  }
  return Buffer.concat(parts);
}

const PREDICTORS: readonly ((a: number, b: number, c: number) => number)[] = [
  (a) => a,
  (_, b) => b,
  (_a, _b, c) => c,
  (a, b, c) => a + b - c,
  (a, b, c) => a + Math.floor((b - c) / 2),
  (a, b, c) => b + Math.floor((a - c) / 2),
  (a, b) => Math.floor((a + b) / 2),
];

class BitWriter {
  private readonly bits: number[] = [];

  /** Modulo 2¹⁶, from -32767 to 32768: its size as a code, then its bits. */
  difference(value: number, table: number): void {
    const modulo = ((value % 65536) + 65536) % 65536;
    const difference = modulo > 32768 ? modulo - 65536 : modulo;
    const size = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1;
    const code = codesOf(LENGTHS[table as 0 | 1])[size] as readonly [number, number];
    this.push(...code);
    if (size < 16) this.push(difference < 0 ? difference + 2 ** size - 1 : difference, size);
  }

  /** The last byte is filled with ones, and zeros follow what looks like a marker. */
  bytes(): Buffer {
    while (this.bits.length % 8 !== 0) this.bits.push(1);
    const bytes: number[] = [];
    for (let i = 0; i < this.bits.length; i += 8) {
      const byte = parseInt(this.bits.slice(i, i + 8).join(''), 2);
      bytes.push(...(byte === 0xff ? [byte, 0] : [byte]));
    }
    return Buffer.from(bytes);
  }

  private push(value: number, length: number): void {
    for (let i = length - 1; i >= 0; i--) this.bits.push((value >> i) & 1);
  }
}

/** Code and length of each size, the shorter codes first. */
function codesOf(counts: readonly number[]): (readonly [code: number, length: number])[] {
  const codes: (readonly [number, number])[] = [];
  let code = 0;
  for (const [index, count] of counts.entries()) {
    for (let i = 0; i < count; i++) codes.push([code++, index + 1]);
    code <<= 1;
  }
  return codes;
}
