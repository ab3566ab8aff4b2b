/** The formats that scans are read from. */
import { UserError } from '../../core/errors.js';
import { peek } from './bytes.js';
import { dicom } from './dicom.js';
import type { Format } from './format.js';
import { metaImage } from './metaimage.js';
import { nifti } from './nifti.js';
import { nrrd } from './nrrd.js';
import { numpy } from './numpy.js';
import { video } from './video.js';

export const formats: readonly Format[] = [nifti, dicom, nrrd, metaImage, numpy, video];

/** The format that a file's name claims, if any. */
export function formatOf(path: string): Format | undefined {
  const name = path.toLowerCase();
  return formats.find((format) => format.extensions.some((extension) => name.endsWith(extension)));
}

/** Detects the format of a file: by its content if that decides, else by its name. */
export async function detectFormat(path: string): Promise<Format | undefined> {
  const named = formatOf(path);
  // A compressed file with the name of a format is of that format.
  if (named?.recognises !== undefined || (named !== undefined && /\.gz$/i.test(path))) return named;
  const head = await beginningOf(path);
  return formats.find((format) => format.recognises?.(head) === true) ?? named;
}

/** First bytes of a file, decompressed; empty if that fails. */
async function beginningOf(path: string): Promise<Uint8Array> {
  try {
    return await peek(path);
  } catch (thrown) {
    if (thrown instanceof UserError) return new Uint8Array();
    throw thrown;
  }
}
