/**
 * Huffman codes and the bits of a JPEG scan, shared by the lossless and the 12-bit decoder.
 *
 * Source: ITU-T T.81, B.1.1.5 (entropy-coded segments), B.2.4.2 (tables), C.2 (codes), F.2.2 (decoding).
 */

/** Longest code, in bits, that is found with one look-up. */
const QUICK_BITS = 10;

export interface HuffmanTable {
  /** `length << 8 | value` of the code that the next bits begin with; 0 if that code is longer. */
  readonly quick: Uint16Array;
  /** For each code length from 1: largest code, or -1; `offset` added to a code gives the index of its value. */
  readonly largest: readonly number[];
  readonly offset: readonly number[];
  readonly values: Uint8Array;
}

/** The tables of a DHT segment, by class and number as stored: `class << 4 | number`. */
export function readHuffmanTables(segment: Uint8Array, tables: Map<number, HuffmanTable>): void {
  for (let at = 0; at < segment.length;) {
    const counts = segment.subarray(at + 1, at + 17);
    const values = segment.subarray(at + 17, at + 17 + counts.reduce((sum, count) => sum + count, 0));
    tables.set(segment[at] as number, tableOf(counts, values));
    at += 17 + values.length;
  }
}

/**
 * @param counts number of codes of each length from 1 to 16
 * @param values values of the codes, shortest code first
 */
function tableOf(counts: Uint8Array, values: Uint8Array): HuffmanTable {
  const quick = new Uint16Array(1 << QUICK_BITS);
  const [largest, offset]: [number[], number[]] = [[], []];
  let [code, first] = [0, 0];
  for (const [index, count] of counts.entries()) {
    const length = index + 1;
    if (code + count > 2 ** length) throw new Error('a table has more codes than there can be');
    offset.push(first - code);
    largest.push(count === 0 ? -1 : code + count - 1);
    for (let i = 0; i < count && length <= QUICK_BITS; i++) {
      const start = (code + i) << (QUICK_BITS - length);
      quick.fill((length << 8) | (values[first + i] ?? 0), start, start + (1 << (QUICK_BITS - length)));
    }
    first += count;
    code = (code + count) << 1;
  }
  if (counts.length < 16 || values.length < first) throw new Error('a table of codes ends too early');
  return { quick, largest, offset, values };
}

/** The bits of a scan, highest first, up to the next marker. */
export class BitReader {
  private buffer = 0;
  /** Bits in the buffer, and how many of them were made up since the scan had no more. */
  private held = 0;
  private missing = 0;

  constructor(
    private readonly data: Uint8Array,
    public at: number,
  ) {}

  /** The value of the next code. */
  symbol({ quick, largest, offset, values }: HuffmanTable): number {
    if (this.held < 16) this.fill();
    const entry = quick[(this.buffer >>> (this.held - QUICK_BITS)) & ((1 << QUICK_BITS) - 1)] as number;
    if (entry !== 0) {
      this.drop(entry >> 8);
      return entry & 255;
    }
    for (let length = QUICK_BITS; length < 16; length++) {
      const code = (this.buffer >>> (this.held - length - 1)) & ((2 << length) - 1);
      if (code <= (largest[length] as number)) {
        this.drop(length + 1);
        return values[code + (offset[length] as number)] as number;
      }
    }
    throw new Error(this.missing > 0 ? TOO_EARLY : 'a code that no table holds');
  }

  /** A number of `size` bits, at most 16, whose upper half stands for itself and whose lower half is negative. */
  signed(size: number): number {
    if (size === 0) return 0;
    if (size > 16) throw new Error(`a number of ${size} bits`);
    if (this.held < size) this.fill();
    const value = (this.buffer >>> (this.held - size)) & ((1 << size) - 1);
    this.drop(size);
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  /** Passes the restart marker that must come next; `index` counts them from 0. */
  restart(index: number): void {
    this.toMarker();
    const marker = this.data[this.at + 1];
    if (marker !== (0xd0 | (index & 7)))
      throw new Error(`restart marker ${index & 7} is not where it should be`);
    this.at += 2;
    this.held = this.missing = 0;
  }

  /** Skips to the next marker, or to the end. */
  toMarker(): void {
    const { data } = this;
    while (this.at < data.length && !(data[this.at] === 0xff && data[this.at + 1] !== 0)) this.at++;
    while (data[this.at + 1] === 0xff) this.at++;
  }

  private fill(): void {
    const { data } = this;
    while (this.held <= 16) {
      const byte = data[this.at];
      this.held += 8;
      if (byte === undefined || (byte === 0xff && data[this.at + 1] !== 0)) {
        this.buffer <<= 8;
        this.missing += 8;
      } else {
        this.buffer = (this.buffer << 8) | byte;
        // A zero follows if the byte is no marker.
        this.at += byte === 0xff ? 2 : 1;
      }
    }
  }

  private drop(bits: number): void {
    this.held -= bits;
    if (this.held < this.missing) throw new Error(TOO_EARLY);
  }
}

const TOO_EARLY = 'the data of a scan end too early';

export interface Segment {
  readonly marker: number;
  readonly content: Uint8Array;
  /** The byte that follows it. */
  readonly end: number;
}

/** The marker segment at or after byte `at`; null at the end of the picture, or of the bytes. */
export function segmentAt(bytes: Uint8Array, at: number): Segment | null {
  while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
  if (at + 4 > bytes.length || (bytes[at] === 0xff && bytes[at + 1] === END_OF_IMAGE)) return null;
  if (bytes[at] !== 0xff) throw new Error(`no marker at byte ${at} of a frame`);
  const end = at + 2 + 256 * (bytes[at + 2] as number) + (bytes[at + 3] as number);
  return { marker: bytes[at + 1] as number, content: bytes.subarray(at + 4, end), end };
}

const END_OF_IMAGE = 0xd9;
