/**
 * Reading and writing safetensors files: named dense arrays, little-endian, row-major.
 *
 * A file is the length of its header in bytes (unsigned, 64 bits), the header (JSON: per tensor its dtype, shape
 * and byte range after the header), then the data without gaps.
 *
 * Source: https://huggingface.co/docs/safetensors, section "Format".
 */
import { z } from 'zod';
import { UserError } from './errors.js';
import { sizeOf, tensor, type Tensor, type TensorMap } from './tensor.js';

const LENGTH_BYTES = 8;
const F32_BYTES = 4;
/** Headers are padded so that the data is aligned, as the reference implementation does. */
const ALIGNMENT = 8;

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  /** First byte and the byte after the last, counted from the end of the header. */
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
type Entry = z.infer<typeof entrySchema>;

/** The file's bytes; tensors in the order of their names, so that equal weights give equal bytes. */
export function writeSafetensors(tensors: TensorMap): Buffer {
  return Buffer.concat(safetensorsParts(tensors));
}

/** The same bytes in pieces, one after another; values are not copied, so that they need not be held twice. */
export function safetensorsParts(tensors: TensorMap): readonly Uint8Array[] {
  const named = Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1));
  const header: Record<string, Entry> = {};
  let offset = 0;
  for (const [name, { shape, data }] of named) {
    const end = offset + data.length * F32_BYTES;
    header[name] = { dtype: 'F32', shape: [...shape], data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const headerBytes = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const head = Buffer.alloc(LENGTH_BYTES + headerBytes, ' ');
  head.writeBigUInt64LE(BigInt(headerBytes));
  json.copy(head, LENGTH_BYTES);
  return [head, ...named.map(([, { data }]) => littleEndian(data))];
}

/** Every platform that Node runs on is little-endian but one (s390x), which a swapped copy serves. */
function littleEndian({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  const raw = Buffer.from(buffer, byteOffset, byteLength);
  return BIG_ENDIAN ? Buffer.from(raw).swap32() : raw;
}

/** The tensors of a file's bytes; `subject` names the file in complaints. Reads float32 only. */
export function readSafetensors(bytes: Uint8Array, subject: string): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  for (const { name, dtype, shape, bytes: stored } of readSafetensorsEntries(bytes, subject)) {
    if (dtype !== 'F32') throw damaged(subject, `tensor ${name} has dtype ${dtype}, not F32`);
    const expected = sizeOf(shape) * F32_BYTES;
    if (stored.length !== expected) {
      throw damaged(subject, `tensor ${name} needs ${expected} bytes, has ${stored.length}`);
    }
    // A copy is aligned and does not keep the whole file alive.
    const own = new Uint8Array(stored);
    if (BIG_ENDIAN) Buffer.from(own.buffer).swap32();
    tensors[name] = tensor(shape, new Float32Array(own.buffer));
  }
  return tensors;
}

/** A tensor of a file as it is stored. */
export interface SafetensorsEntry {
  readonly name: string;
  /** Such as `F32`, `BF16`, `I64`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Its part of the file, little-endian, not copied; its length may not fit the shape. */
  readonly bytes: Uint8Array;
}

/** The tensors of a file's bytes, of any dtype. */
export function readSafetensorsEntries(bytes: Uint8Array, subject: string): readonly SafetensorsEntry[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = headerOf(buffer, subject);
  const data = buffer.subarray(LENGTH_BYTES + header.bytes);
  return Object.entries(header.entries).flatMap(([name, unchecked]): SafetensorsEntry[] => {
    if (name === '__metadata__') return [];
    const { dtype, shape, data_offsets } = entryOf(name, unchecked, subject);
    const [start, end] = data_offsets;
    if (end < start || end > data.length) {
      throw damaged(subject, `tensor ${name} lies at [${start}, ${end}) of ${data.length} bytes`);
    }
    return [{ name, dtype, shape, bytes: data.subarray(start, end) }];
  });
}

const BIG_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0;

interface Header {
  readonly bytes: number;
  readonly entries: Readonly<Record<string, unknown>>;
}

function headerOf(buffer: Buffer, subject: string): Header {
  const bytes = buffer.length < LENGTH_BYTES ? -1 : Number(buffer.readBigUInt64LE());
  if (bytes < 0 || LENGTH_BYTES + bytes > buffer.length) {
    throw damaged(subject, `the header of ${bytes} bytes exceeds the file of ${buffer.length}`);
  }
  try {
    const text = buffer.toString('utf8', LENGTH_BYTES, LENGTH_BYTES + bytes);
    return { bytes, entries: z.record(z.string(), z.unknown()).parse(JSON.parse(text)) };
  } catch (error) {
    throw damaged(subject, 'the header is not a JSON object', error);
  }
}

function entryOf(name: string, unchecked: unknown, subject: string): Entry {
  const parsed = entrySchema.safeParse(unchecked);
  if (parsed.success) return parsed.data;
  throw damaged(subject, `tensor ${name} is not described by dtype, shape and data_offsets`, parsed.error);
}

function damaged(subject: string, problem: string, cause?: unknown): UserError {
  return new UserError(
    { subject, problem: `not a readable safetensors file: ${problem}`, fix: 'restore or recreate the file' },
    { cause },
  );
}
