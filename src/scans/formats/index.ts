/** The formats that scans are read from. */
import { headOf } from './bytes.js';
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

/** Bytes that are enough to recognise a format. */
const HEAD = 132;

/** Endings of files that lie beside scans and are none, so that they need not be opened to find out. */
const NO_SCANS =
  /\.(txt|csv|tsv|json|xml|md|pdf|png|jpe?g|img(\.gz)?|raw|zraw|bvals?|bvecs?|html?|py|ts|js|sh|zip)$/i;

/** The format of a file, by its name or else by its content. */
export async function detectFormat(path: string): Promise<Format | undefined> {
  const named = formatOf(path);
  if (named !== undefined || NO_SCANS.test(path)) return named;
  const head = await headOf(path, HEAD);
  return formats.find((format) => format.recognises?.(head) === true);
}
