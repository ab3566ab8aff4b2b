/**
 * NIfTI-1 in one file, `.nii` and `.nii.gz`, decoded by ITK.
 *
 * ITK fills up what is missing: a truncated file reads as a volume that ends in zeros, a header that lies reads as
 * a volume of the size it claims. So header and length are checked here first, and ITK only sees sound files.
 * Its WebAssembly module is loaded from the package; nothing is fetched.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError, messageOf } from '../../core/errors.js';
import type { Format } from './format.js';
import { gunzipExactly, isGzip, peek, truncated } from './gzip.js';
import { scanOfItk, type ItkImage } from './itk.js';
import { checkHeader } from './nifti-header.js';

/** Larger volumes do not fit the decoder's memory. */
const LARGEST_BYTES = 2 ** 30;

/** Bytes after the voxels that are put up with; some writers pad. */
const SLACK_BYTES = 2 ** 20;

export const nifti: Format = {
  name: 'nifti',
  source: 'https://nifti.nimh.nih.gov/nifti-1',
  extensions: ['.nii', '.nii.gz'],
  async read(path) {
    await verify(path);
    const image = await decode(path);
    return scanOfItk(path, 'nifti', image);
  },
};

async function verify(path: string): Promise<void> {
  const bytes = await readFile(path);
  const compressed = isGzip(bytes);
  if (compressed && !path.toLowerCase().endsWith('.gz')) {
    throw new UserError({
      subject: path,
      problem: 'gzip data under the name of a plain file',
      fix: 'name it .nii.gz',
    });
  }
  const { bytes: expected, dim } = checkHeader(path, compressed ? peek(path, bytes) : bytes);
  if (expected > LARGEST_BYTES) {
    throw new UserError({
      subject: path,
      problem: `its header declares ${dim.join(' × ')} voxels, ${expected} bytes; at most ${LARGEST_BYTES} are read`,
      fix: 'resample it, or split its frames into files',
    });
  }
  const found = compressed ? gunzipExactly(path, bytes, expected, SLACK_BYTES).length : bytes.length;
  if (found < expected) throw truncated(path, expected, found);
}

async function decode(path: string): Promise<ItkImage> {
  let result: { couldRead: unknown; image: unknown };
  try {
    // Loaded when the first file is read, since processes that find everything in the cache do without.
    const { niftiReadImageNode } = await import('@itk-wasm/image-io');
    result = await niftiReadImageNode(resolve(path));
  } catch (cause) {
    throw undecodable(path, messageOf(cause), cause);
  }
  if (result.couldRead !== true || result.image === undefined) throw undecodable(path, 'no image', undefined);
  return result.image as ItkImage;
}

function undecodable(path: string, because: string, cause: unknown): UserError {
  // ITK throws the address of a C++ exception where it can not say more.
  const reason = /^\d+$/.test(because) ? 'its orientation or data type is not supported' : because;
  return new UserError(
    { subject: path, problem: `ITK can not decode it (${reason})`, fix: 'convert it again' },
    { cause },
  );
}
