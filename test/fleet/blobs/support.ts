/**
 * Blob stores for tests.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BlobStore } from '../../../src/fleet/blobs/blob-store.js';
import { openBlobStore } from '../../../src/fleet/blobs/open.js';
import { openS3Store } from '../../../src/fleet/blobs/s3-store.js';
import { temporaryFolder } from '../../support/tiny.js';
import { s3Stub, type S3Stub } from './s3-stub.js';

export interface BlobStoreFixture {
  readonly title: string;
  /** Opens a new, empty store. */
  open(): Promise<BlobStore>;
  /** Opens the same store as another machine would. */
  openAgain(): Promise<BlobStore>;
  /** Overwrites what lies at a place of the store, past the store. */
  overwrite(place: string, bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

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

export function s3Fixture(): BlobStoreFixture {
  let stub: S3Stub | undefined;
  const open = async (): Promise<BlobStore> => {
    stub ??= await s3Stub();
    return openS3Store('s3://bucket/some/prefix', { environment: stub.environment });
  };
  return {
    title: 'a bucket of S3',
    open,
    openAgain: open,
    overwrite(place, bytes) {
      stub?.objects.set(`some/prefix/${place}`, bytes);
      return Promise.resolve();
    },
    close: async () => stub?.close(),
  };
}
