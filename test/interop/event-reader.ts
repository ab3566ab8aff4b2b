/**
 * Reads event files without the code that writes them: framing, checksums by the definition of CRC-32C bit for bit, and protocol buffers
 * field by field (https://protobuf.dev/programming-guides/encoding/).
 */

export interface ReadEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly version: string | undefined;
  readonly tag: string | undefined;
  readonly scalar: number | undefined;
  readonly text: string | undefined;
}

/** All events of a file. Throws where a record is cut or its checksum is wrong. */
export function readEvents(bytes: Buffer): readonly ReadEvent[] {
  const events: ReadEvent[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const length = Number(bytes.readBigUInt64LE(offset));
    requireChecksum(bytes.subarray(offset, offset + 8), bytes.readUInt32LE(offset + 8));
    const data = bytes.subarray(offset + 12, offset + 12 + length);
    requireChecksum(data, bytes.readUInt32LE(offset + 12 + length));
    events.push(eventOf(data));
    offset += 16 + length;
  }
  return events;
}

/** Undoes the mask, then divides the bits by the polynomial. */
function requireChecksum(data: Buffer, stored: number): void {
  const rotated = (stored - 0xa282ead8) >>> 0;
  const expected = ((rotated << 15) | (rotated >>> 17)) >>> 0;
  let crc = 0xffffffff;
  for (const byte of data) {
    for (let bit = 0; bit < 8; bit++) {
      const differs = ((crc ^ (byte >>> bit)) & 1) === 1;
      crc = differs ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    }
  }
  if ((crc ^ 0xffffffff) >>> 0 !== expected) throw new Error('a checksum is wrong');
}

function eventOf(data: Buffer): ReadEvent {
  const event = fieldsOf(data);
  const summary = event.get(5);
  const value = summary === undefined ? undefined : fieldsOf(fieldsOf(summary as Buffer).get(1) as Buffer);
  const tensor = value?.get(8);
  return {
    wallTime: (event.get(1) as Buffer | undefined)?.readDoubleLE() ?? 0,
    step: Number(event.get(2) ?? 0n),
    version: textOf(event.get(3)),
    tag: textOf(value?.get(1)),
    scalar: (value?.get(2) as Buffer | undefined)?.readFloatLE(),
    text: tensor === undefined ? undefined : textOf(fieldsOf(tensor as Buffer).get(8)),
  };
}

function textOf(field: Buffer | bigint | undefined): string | undefined {
  return field === undefined ? undefined : (field as Buffer).toString('utf8');
}

/** The last value of each field: a number where it is one, else its bytes. */
function fieldsOf(data: Buffer): Map<number, Buffer | bigint> {
  const fields = new Map<number, Buffer | bigint>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = data.readUInt8(at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const bytes = (length: number): Buffer => data.subarray(at, (at += length));
  while (at < data.length) {
    const key = Number(varint());
    const type = key & 7;
    const value = type === 0 ? varint() : bytes(type === 1 ? 8 : type === 5 ? 4 : Number(varint()));
    fields.set(key >> 3, value);
  }
  return fields;
}
