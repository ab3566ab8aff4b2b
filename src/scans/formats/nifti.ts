/**
 * NIfTI-1 in one file, `.nii` and `.nii.gz`, decoded by ITK.
 *
 * ITK fills up what is missing: a truncated file reads as a volume that ends in zeros, a header that lies reads as
 * a volume of the size it claims, NaN reads as zero. So header, length and values are checked here first, and ITK
 * only sees sound files.
 * Its WebAssembly module is loaded from the package; nothing is fetched.
 */
import { readFile, realpath } from 'node:fs/promises';
import { UserError, messageOf } from '../../core/errors.js';
import type { Format } from './format.js';
import { gunzipExactly, isGzip, peek, truncated } from './gzip.js';
import { scanOfItk, type ItkImage } from './itk.js';
import { openHeader } from './nifti-header.js';
import { layoutOf, type NiftiLayout } from './nifti-rules.js';

/** Larger volumes do not fit the decoder's memory. */
const LARGEST_BYTES = 2 ** 30;

/** Bytes after the voxels that are put up with; some writers pad. */
const SLACK_BYTES = 2 ** 20;

export const nifti: Format = {
  name: 'nifti',
  source: 'https://nifti.nimh.nih.gov/nifti-1',
  extensions: ['.nii', '.nii.gz'],
  async read(path) {
    const nonFinite = await verify(path);
    return { ...scanOfItk(path, 'nifti', await decode(path)), nonFinite };
  },
};

/** Checks the file; returns how many of its voxels are NaN or infinite. */
async function verify(path: string): Promise<number> {
  const bytes = await readFile(path);
  const compressed = isGzip(bytes);
  if (compressed && !path.toLowerCase().endsWith('.gz')) {
    throw new UserError({
      subject: path,
      problem: 'gzip data under the name of a plain file',
      fix: 'name it .nii.gz',
    });
  }
  const layout = layoutOf(path, openHeader(path, compressed ? peek(path, bytes) : bytes));
  const { end: expected, size } = layout;
  if (expected > LARGEST_BYTES) {
    throw new UserError({
      subject: path,
      problem: `its header declares ${size.join(' × ')} voxels, ${expected} bytes; at most ${LARGEST_BYTES} are read`,
      fix: 'resample it, or split its frames into files',
    });
  }
  const content = compressed ? gunzipExactly(path, bytes, expected, SLACK_BYTES) : bytes;
  if (content.length < expected) throw truncated(path, expected, content.length);
  return countNonFinite(content, layout);
}

function countNonFinite(bytes: Uint8Array, { float, little, start, end }: NiftiLayout): number {
  if (float === null) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  if (float === 32) {
    for (let at = start; at < end; at += 4) if (!Number.isFinite(view.getFloat32(at, little))) count++;
  } else {
    for (let at = start; at < end; at += 8) if (!Number.isFinite(view.getFloat64(at, little))) count++;
  }
  return count;
}

async function decode(path: string): Promise<ItkImage> {
  // Loaded when the first file is read, since processes that find everything in the cache do without.
  const { niftiReadImageNode } = await import('@itk-wasm/image-io');
  // ITK sees the file's folder only, so a link has to be followed for it.
  const file = await realpath(path);
  try {
    const { couldRead, image } = await contained(() => niftiReadImageNode(file));
    if (couldRead === true && image !== undefined) return image;
  } catch (cause) {
    throw undecodable(path, messageOf(cause), cause);
  }
  throw undecodable(path, 'it finds no image', undefined);
}

/**
 * ITK says what it thinks of a file on standard output and sets the exit code of the whole process. Both belong to
 * the command, so the one is sent to standard error and the other restored.
 */
async function contained<T>(action: () => Promise<T>): Promise<T> {
  const { log } = console;
  const { exitCode } = process;
  console.log = console.error;
  try {
    return await action();
  } finally {
    console.log = log;
    process.exitCode = exitCode;
  }
}

function undecodable(path: string, because: string, cause: unknown): UserError {
  // ITK throws the address of a C++ exception where it can not say more.
  const reason = /^\d+$/.test(because) ? 'its orientation or data type is not supported' : because;
  return new UserError(
    { subject: path, problem: `ITK can not decode it (${reason})`, fix: 'convert it again' },
    { cause },
  );
}
