/**
 * Messages between voxolve and the Python process of engine torch; `python/engine_frames.py` is the other side.
 *
 * A frame is the length of its header (32 bits, little-endian), the header (JSON in UTF-8) and the values of the tensors that
 * the header lists, one after another, 32 bits each.
 */
import { sizeOf, tensor, type AnyTensor, type Tensor, type TensorMap } from '../../core/tensor.js';
import { z } from 'zod';

export type Header = Readonly<Record<string, unknown>>;

export interface Reply {
  readonly header: Header;
  readonly tensors: TensorMap;
}

/** The parts of a frame, to be written one after another: values are not copied. */
export function frameOf(header: Header, tensors: Readonly<Record<string, AnyTensor>>): Uint8Array[] {
  const entries = Object.entries(tensors);
  const specs = entries.map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  const text = Buffer.from(JSON.stringify({ ...header, tensors: specs }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return [
    length,
    text,
    ...entries.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

const Specs = z.looseObject({
  tensors: z.array(z.object({ name: z.string(), shape: z.array(z.number()) })),
});

/** Puts frames together from what a pipe gives, piece by piece. */
export class FrameReader {
  #pieces: Buffer[] = [];
  #held = 0;
  /** Bytes without which nothing more can be read. */
  #needed = 4;

  constructor(private readonly onFrame: (reply: Reply) => void) {}

  add(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#held += piece.length;
    while (this.#held >= this.#needed) {
      const bytes = this.#pieces.length === 1 ? (this.#pieces[0] ?? piece) : Buffer.concat(this.#pieces);
      const used = this.#take(bytes);
      this.#pieces = used === bytes.length ? [] : [bytes.subarray(used)];
      this.#held = bytes.length - used;
    }
  }

  /** Reads a frame, if it is whole, else sets how much is needed. Returns how many bytes it took. */
  #take(bytes: Buffer): number {
    const start = 4 + bytes.readUInt32LE(0);
    this.#needed = start;
    if (bytes.length < start) return 0;
    const { tensors: specs, ...header } = Specs.parse(JSON.parse(bytes.toString('utf8', 4, start)));
    const end = specs.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), start);
    this.#needed = end;
    if (bytes.length < end) return 0;
    let at = start;
    const named = specs.map(({ name, shape }): [string, Tensor] => {
      const data = new Float32Array(sizeOf(shape));
      new Uint8Array(data.buffer).set(bytes.subarray(at, at + data.byteLength));
      at += data.byteLength;
      return [name, tensor(shape, data)];
    });
    this.#needed = 4;
    this.onFrame({ header, tensors: Object.fromEntries(named) });
    return end;
  }
}
