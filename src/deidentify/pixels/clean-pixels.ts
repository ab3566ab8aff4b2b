/**
 * Cleans the pixels of one file: finds what must be blanked, and writes it anew where there is something. Native pixels stay
 * native, compressed ones become lossless JPEG-LS; a file in which nothing is found keeps its bytes.
 *
 * Source: DICOM PS3.15 E.3.1 (Clean Pixel Data Option).
 */
import type { TextModel } from '../burned-in/detector.js';
import type { Look } from '../burned-in/look.js';
import { fill } from '../burned-in/blanks.js';
import { maskOf, type Mask } from '../burned-in/mask.js';
import type { ReaderModel } from '../burned-in/reader.js';
import { regionsOf } from '../burned-in/regions.js';
import { ruledBoxes, type PixelRule } from '../burned-in/rules.js';
import { sectorOf } from '../burned-in/sector.js';
import { PIXELS } from '../elements/element.js';
import { elementAt, textAt } from '../file/data-set.js';
import type { StoredFile } from '../file/part10.js';
import { Refusal } from '../file/refusal.js';
import type { DecodedFrame } from '../../scans/formats/dicom/decoders/codec.js';
import type { Picture } from '../../scans/formats/dicom/pixels/picture.js';
import { blankedBytes } from './blank.js';
import { jpegLs } from './jpeg-ls.js';
import { inWords, storedFrames, type StoredFrames } from './stored-frames.js';

export interface PixelCleaner {
  readonly model: TextModel;
  /**
   * Reads what may be text in pictures of 16 bits, whose bones look like letters, and in clips of ultrasound, of which there
   * are frames enough. In a single frame of ultrasound bright tissue may hide so much of a name that it cannot be read.
   */
  readonly reader?: ReaderModel;
  readonly rules: readonly PixelRule[];
}

/** New pixels of a file. */
export interface NewPixels {
  /** Native bytes, or a frame in each entry. */
  readonly native: Buffer | null;
  readonly frames: readonly Buffer[] | null;
  /** Photometric Interpretation of the new pixels. */
  readonly photometric: string;
  /** Lines of text that were found, and pixels of a frame that were blanked. */
  readonly texts: number;
  readonly pixels: number;
}

/** Bytes of decoded frames that are held at once: of longer clips, frames at even distances are. */
const MOST_LOOKED_AT = 2 ** 28;

/** Returns null where nothing has to change. Throws `Refusal` where text is left or pixels cannot be looked at. */
export async function cleanPixels(
  file: StoredFile,
  isUltrasound: boolean,
  cleaner: PixelCleaner,
): Promise<NewPixels | null> {
  const stored = storedFrames(file);
  if (stored === null) return null;
  const { looks, blanked, texts, isClean } = await searched(stored, file, isUltrasound, cleaner);
  if (!isClean) throw new Refusal('text-left');
  const pixels = blanked.reduce((sum, value) => sum + value, 0);
  if (pixels === 0 || looks.every((look) => isBlack(look, blanked))) return null;
  return { ...(await rewritten(stored, file, blanked)), texts, pixels };
}

export interface Searched extends Mask {
  /** The frames that were decoded. */
  readonly looks: readonly Look[];
  /** `[rows, columns]`, 1 in the scanning sector; null where none is known. */
  readonly sector: Uint8Array | null;
}

/** Finds what must be blanked. */
export async function searched(
  stored: StoredFrames,
  file: StoredFile,
  isUltrasound: boolean,
  { model, reader, rules }: PixelCleaner,
): Promise<Searched> {
  const { columns, rows } = stored.picture;
  const { looks, step } = await looksOf(stored);
  const regions = isUltrasound ? regionsOf(file, columns, rows) : [];
  const sector = isUltrasound ? scanned(looks, regions) : null;
  const known = { boxes: ruledBoxes(rules, file), sector };
  const { bitsAllocated, photometric } = stored.picture;
  const isGrey16 = bitsAllocated === 16 && photometric.startsWith('MONOCHROME');
  const isRead = isUltrasound ? looks.length > 1 : isGrey16;
  const clip = {
    count: stored.picture.frames,
    step,
    at: async (index: number) => looks[index / step] ?? stored.look(await stored.samples(index)),
  };
  return {
    ...(await maskOf(looks, known, model, { clip, reader: isRead ? reader : undefined })),
    looks,
    sector,
  };
}

async function looksOf({ picture, samples, look }: StoredFrames): Promise<{ looks: Look[]; step: number }> {
  const { frames, rows, columns } = picture;
  const step = Math.ceil((frames * rows * columns * 3) / MOST_LOOKED_AT);
  const looks: Look[] = [];
  for (let i = 0; i < frames; i += step) looks.push(look(await samples(i)));
  return { looks, step };
}

/** What moves within the regions; the regions where nothing tells what moves, and the other way round. */
function scanned(looks: readonly Look[], regions: ReturnType<typeof regionsOf>): Uint8Array | null {
  const moving = sectorOf(looks);
  if (regions.length === 0) return moving;
  const { columns, rows } = looks[0] as Look;
  const inside = new Uint8Array(columns * rows);
  for (const region of regions) fill(inside, columns, region);
  return moving === null ? inside : inside.map((value, i) => value & (moving[i] as number));
}

/** Levels of 255 that compression leaves of black. */
const BLACK = 12;

/** True if what would be blanked is black already. */
function isBlack({ data }: Look, blanked: Uint8Array): boolean {
  for (let i = 0; i < blanked.length; i++)
    if (blanked[i] === 1) for (let c = 0; c < 3; c++) if ((data[3 * i + c] as number) > BLACK) return false;
  return true;
}

async function rewritten(
  { picture, samples, encapsulated }: StoredFrames,
  file: StoredFile,
  blanked: Uint8Array,
): Promise<Pick<NewPixels, 'native' | 'frames' | 'photometric'>> {
  const { photometric } = picture;
  if (!encapsulated) {
    const element = elementAt(file, PIXELS);
    const { bytes, encoding } = file;
    const native = Buffer.from(inWords(file, bytes.subarray(element?.valueStart, element?.valueEnd)));
    let at = 0;
    for (let i = 0; i < picture.frames; i++) {
      const frame = blankedBytes(await samples(i), picture, blanked, encoding.big);
      native.set(frame, at);
      at += frame.length;
    }
    return { native: Buffer.from(inWords(file, native)), frames: null, photometric };
  }
  const frames: Buffer[] = [];
  let isRgb = false;
  for (let i = 0; i < picture.frames; i++) {
    const frame = await samples(i);
    isRgb ||= frame.rgb && picture.samples === 3;
    if (frame.width > 2) throw new Refusal('pixels', 'compressed samples of more than 16 bits');
    const bytes = interleaved(frame, picture, blankedBytes(frame, picture, blanked, false));
    frames.push(await jpegLs(bytes, frame.width as 1 | 2, picture));
  }
  return { native: null, frames, photometric: isRgb ? 'RGB' : photometric.replace(/_422$/, '') };
}

/** Colours pixel by pixel. */
function interleaved({ planar }: DecodedFrame, { samples, rows, columns }: Picture, bytes: Buffer): Buffer {
  if (samples === 1 || !planar) return bytes;
  const pixels = rows * columns;
  return Buffer.from(
    Uint8Array.from({ length: 3 * pixels }, (_, i) => bytes[(i % 3) * pixels + Math.floor(i / 3)] as number),
  );
}

const MODALITY = 0x00080060;
const ULTRASOUND = /^(US|IVUS|BDUS)$/i;
const ULTRASOUND_CLASSES = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.[36](\.|$)/;

export function isUltrasound(file: StoredFile, classUid: string): boolean {
  return ULTRASOUND.test(textAt(file, MODALITY)) || ULTRASOUND_CLASSES.test(classUid);
}
