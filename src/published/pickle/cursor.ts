/**
 * A place in bytes that moves on as they are read, and never beyond their end.
 */
import { Unreadable } from '../unreadable.js';

/** Longest line of text, such as a name of a class or digits of a number. */
const LONGEST_LINE = 1024;

export class Cursor {
  private readonly bytes: Buffer;

  constructor(
    bytes: Uint8Array,
    public position = 0,
  ) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next `count` bytes, not copied. */
  take(count: number): Buffer {
    const start = this.advance(count);
    return this.bytes.subarray(start, start + count);
  }

  u8(): number {
    return this.bytes.readUInt8(this.advance(1));
  }

  u16(): number {
    return this.bytes.readUInt16LE(this.advance(2));
  }

  u32(): number {
    return this.bytes.readUInt32LE(this.advance(4));
  }

  i32(): number {
    return this.bytes.readInt32LE(this.advance(4));
  }

  /** A count of 64 bits; those that no file can hold are read as what exceeds any file. */
  u64(): number {
    return Number(this.bytes.readBigUInt64LE(this.advance(8)));
  }

  f64BigEndian(): number {
    return this.bytes.readDoubleBE(this.advance(8));
  }

  /** Text up to the next line feed, which is read too. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0) throw this.tooShort();
    if (end - this.position > LONGEST_LINE) {
      throw new Unreadable(`its pickle holds a line of ${end - this.position} bytes`);
    }
    const text = this.bytes.toString('utf8', this.position, end);
    this.position = end + 1;
    return text;
  }

  private advance(count: number): number {
    const start = this.position;
    if (count > this.bytes.length - start) throw this.tooShort();
    this.position = start + count;
    return start;
  }

  private tooShort(): Unreadable {
    return new Unreadable(
      `it is cut off or damaged: its pickle goes on beyond its end of ${this.bytes.length} bytes`,
    );
  }
}
