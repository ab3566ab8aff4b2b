/**
 * Blob stores for tests.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openBlobStore } from '../../../src/fleet/blobs/open.js';
import type { BlobStoreFixture } from '../../contracts/blob-store.test.js';
import { temporaryFolder } from '../../support/tiny.js';

export function folderFixture(): BlobStoreFixture {
  const folder = join(temporaryFolder(), 'blobs');
  return {
    title: 'a folder',
    open: () => openBlobStore(folder),
    openAgain: () => openBlobStore(folder),
    async overwrite(place, bytes) {
      await mkdir(dirname(join(folder, place)), { recursive: true });
      await writeFile(join(folder, place), bytes);
    },
    close: () => Promise.resolve(),
  };
}
