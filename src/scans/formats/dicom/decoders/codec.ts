/**
 * Interface of decoders of pixel data, and the runner of those that are WebAssembly modules: loaded when first needed,
 * and anew after a failure, since a module that threw may be in any state. Sizes are checked before and after decoding.
 */
import { createRequire } from 'node:module';
import type { CodestreamSize } from './codestream.js';
import type { Picture } from '../pixels/picture.js';

export interface DecodedFrame {
  /** Little-endian samples of `width` bytes. */
  readonly bytes: Uint8Array;
  readonly width: 1 | 2 | 4 | 8;
  readonly planar: boolean;
  /** True if the decoder turned YBR into RGB. */
  readonly rgb: boolean;
}

export type Codec = (frame: Uint8Array, picture: Picture) => Promise<DecodedFrame>;

/** Error for compression that no decoder here supports; copying the file again would not help. */
export class NotRead extends Error {}

/** Common interface of the WebAssembly decoders. */
interface Decoder {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  decode(): void;
  getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number };
  getInterleaveMode?(): number;
  delete(): void;
}

type Module = Readonly<Record<string, new () => Decoder>>;
type Factory = (options: { print: () => void; printErr: () => void }) => Promise<Module>;

const require = createRequire(import.meta.url);

/**
 * A codec that runs the class `name` of the WebAssembly module `file`.
 *
 * @param convertsToRgb true if it turns YBR into RGB
 */
export function compiled(
  file: string,
  name: string,
  sizeOf: (bytes: Uint8Array) => CodestreamSize | null,
  convertsToRgb: (picture: Picture) => boolean,
): Codec {
  let loaded: Promise<Module> | undefined;
  return async (frame, picture) => {
    checkSize(sizeOf(frame), picture);
    loaded ??= load(file);
    try {
      const Class = (await loaded)[name];
      if (Class === undefined) throw new Error(`${file} has no ${name}`);
      const decoder = new Class();
      decoder.getEncodedBuffer(frame.length).set(frame);
      decoder.decode();
      const { bitsPerSample, componentCount, width, height } = decoder.getFrameInfo();
      if (width === 0) throw new Error('the decoder gives up');
      checkSize({ columns: width, rows: height, samples: componentCount, bits: bitsPerSample }, picture);
      // A copy, since the decoder reuses its memory.
      const bytes = decoder.getDecodedBuffer().slice();
      const planar = componentCount > 1 && decoder.getInterleaveMode?.() === 0;
      decoder.delete();
      return { bytes, width: bitsPerSample > 8 ? 2 : 1, planar, rgb: convertsToRgb(picture) };
    } catch (thrown) {
      loaded = undefined;
      // Emscripten throws the address of a C++ exception.
      throw typeof thrown === 'number' ? new Error('the decoder gives up', { cause: thrown }) : thrown;
    }
  };
}

/** Options of a module; they become the module, so each gets its own. */
function load(file: string): Promise<Module> {
  return (require(file) as Factory)({ print: () => undefined, printErr: () => undefined });
}

/** Refuses compressed frames whose size, components or bits are not those of the header. */
export function checkSize(size: CodestreamSize | null, picture: Picture): asserts size is CodestreamSize {
  if (size === null) throw new Error('its compressed frames have no header');
  const { columns, rows, samples, bits } = size;
  if (columns !== picture.columns || rows !== picture.rows || samples !== picture.samples) {
    throw new Error(
      `its compressed frames are ${columns} × ${rows} × ${samples}, its header says ${picture.columns} × ${picture.rows} × ${picture.samples}`,
    );
  }
  if (bits > picture.bitsAllocated)
    throw new Error(`its compressed samples have ${bits} bits, its header says ${picture.bitsAllocated}`);
}

/** Refuses signed samples with fewer bits than the header declares if any has its highest bit set: it may be a sign. */
export function checkSign(
  { bytes, width }: DecodedFrame,
  bits: number,
  { signed, bitsStored }: Picture,
): void {
  const samples = width === 1 ? bytes : new Uint16Array(bytes.buffer);
  const sign = 1 << (bits - 1);
  if (signed && bits < bitsStored && samples.some((value) => value >= sign))
    throw new Error(`its compressed samples have ${bits} bits, its header says ${bitsStored} with a sign`);
}
