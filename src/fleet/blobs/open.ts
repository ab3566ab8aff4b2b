/**
 * Opens a blob store by its address: a folder, or `s3://BUCKET/PREFIX`.
 */
import { UserError } from '../../core/errors.js';
import { withoutCredentials } from '../../core/without-credentials.js';
import type { BlobStore } from './blob-store.js';
import { openFolderStore } from './folder-store.js';
import { openS3Store } from './s3-store.js';

export async function openBlobStore(where: string): Promise<BlobStore> {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(where)?.[1];
  if (scheme === undefined) return openFolderStore(where);
  if (scheme.toLowerCase() === 's3') return openS3Store(where);
  throw new UserError({
    subject: `--blobs ${withoutCredentials(where)}`,
    problem: `"${scheme}://" is not a blob store`,
    fix: 'name a folder, or s3://BUCKET/PREFIX',
  });
}
