/**
 * A blob store in a folder, of one machine or on a file system that machines share (NFS).
 *
 * Files appear whole under their name, or not at all: they are written into `unfinished/`, synchronised, then renamed. Links
 * within the folder are refused, so that nothing outside of it is read or written. A file that another machine wrote can be
 * invisible to a client of NFS for a while; reading its folder makes it look again.
 */
import { lstat, mkdir, open, realpath, rename, rm, rmdir, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { unfinishedName } from '../../core/atomic-write.js';
import { diskFailure } from '../../core/disk-failure.js';
import { messageOf, UserError } from '../../core/errors.js';
import { sha256 } from '../../core/hash.js';
import { BlobDamaged, BlobMissing, type BlobStore } from './blob-store.js';
import { codeOf, entriesOf, openFile, sweep } from './file-access.js';
import { isName, placeOfBlob, placeOfFolder, placeOfName } from './names.js';

const UNFINISHED_FOLDER = 'unfinished';

/** Times that a file's folder may vanish before it is written. */
const RENAMES = 20;

/** Opens the folder, which is made if it is absent. */
export async function openFolderStore(folder: string): Promise<BlobStore> {
  const root = await usable(folder);
  return new FolderStore(folder, root);
}

async function usable(folder: string): Promise<string> {
  try {
    await mkdir(join(folder, UNFINISHED_FOLDER), { recursive: true });
    const root = await realpath(resolve(folder));
    await sweep(join(root, UNFINISHED_FOLDER));
    return root;
  } catch (cause) {
    const problem = `cannot be used as a blob store (${messageOf(cause)})`;
    throw new UserError({ subject: folder, problem, fix: 'name a folder that can be written to' }, { cause });
  }
}

class FolderStore implements BlobStore {
  constructor(
    readonly name: string,
    /** Real path of the folder. */
    private readonly root: string,
  ) {}

  async put(bytes: Uint8Array): Promise<string> {
    const hash = sha256(bytes);
    const place = placeOfBlob(hash);
    // What lies there may be damaged: then it is replaced.
    const found = await this.reading(place, async (file) =>
      (await file.stat()).size === bytes.length ? sha256(await file.readFile()) : undefined,
    );
    if (found !== hash) await this.write(place, bytes);
    return hash;
  }

  async get(hash: string, limit: number): Promise<Uint8Array> {
    const bytes = await this.read(placeOfBlob(hash), limit);
    if (bytes === undefined) throw new BlobMissing(this.name, hash);
    if (sha256(bytes) !== hash) throw new BlobDamaged(this.name, hash);
    return bytes;
  }

  async has(hash: string): Promise<boolean> {
    return (await this.reading(placeOfBlob(hash), () => Promise.resolve(true))) ?? false;
  }

  remove(hash: string): Promise<void> {
    return this.removeAt(placeOfBlob(hash));
  }

  putNamed(name: string, bytes: Uint8Array): Promise<void> {
    return this.write(placeOfName(name), bytes);
  }

  getNamed(name: string, limit: number): Promise<Uint8Array | undefined> {
    return this.read(placeOfName(name), limit);
  }

  removeNamed(name: string): Promise<void> {
    return this.removeAt(placeOfName(name));
  }

  async listNamed(prefix: string): Promise<string[]> {
    const place = placeOfFolder(prefix);
    await this.checkFolders(place);
    const names: string[] = [];
    const walk = async (folder: string): Promise<void> => {
      for (const entry of await entriesOf(join(this.root, folder))) {
        if (entry.isDirectory()) await walk(`${folder}${entry.name}/`);
        else if (entry.isFile()) names.push(`${folder}${entry.name}`.slice('named/'.length));
      }
    };
    await this.telling(() => walk(place));
    return names.filter(isName).sort();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private read(place: string, limit: number): Promise<Uint8Array | undefined> {
    return this.reading(place, async (file) => {
      const { size } = await file.stat();
      if (size > limit) throw this.refused(place, `has ${size} bytes, at most ${limit} are expected`);
      const bytes = new Uint8Array(size);
      let filled = 0;
      while (filled < size) {
        const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
        if (bytesRead === 0) throw this.refused(place, `ended after ${filled} of ${size} bytes`);
        filled += bytesRead;
      }
      return bytes;
    });
  }

  /** Returns what `use` returns of a file, undefined if it is absent. */
  private async reading<T>(place: string, use: (file: FileHandle) => Promise<T>): Promise<T | undefined> {
    await this.checkFolders(place);
    const once = async (): Promise<T | undefined> => {
      const file = await openFile(join(this.root, place));
      if (file === undefined) {
        await this.checkThere();
        return undefined;
      }
      try {
        if (!(await file.stat()).isFile()) throw this.refused(place, 'is not a plain file');
        return await use(file);
      } finally {
        await file.close();
      }
    };
    // ESTALE: another machine replaced the file while it was read by way of NFS.
    const twice = (): Promise<T | undefined> =>
      once().catch((error: unknown) => {
        if (codeOf(error) === 'ESTALE') return once();
        throw error;
      });
    return this.telling(twice, place);
  }

  private async write(place: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.root, place);
    const unfinished = join(this.root, UNFINISHED_FOLDER, basename(unfinishedName(path)));
    await this.telling(async () => {
      try {
        const file = await open(unfinished, 'wx');
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await this.renameTo(unfinished, place);
      } finally {
        await rm(unfinished, { force: true });
      }
    }, place);
  }

  /** Gives a file its name; whoever removes the last file of a folder removes the folder, perhaps just now. */
  private async renameTo(unfinished: string, place: string): Promise<void> {
    const path = join(this.root, place);
    for (let tries = 1; ; tries++) {
      try {
        await mkdir(dirname(path), { recursive: true });
        await this.checkFolders(place);
        await rename(unfinished, path);
        return;
      } catch (error) {
        if (codeOf(error) !== 'ENOENT' || tries === RENAMES) throw error;
      }
    }
  }

  private async removeAt(place: string): Promise<void> {
    await this.checkFolders(place);
    await this.telling(async () => {
      await rm(join(this.root, place), { force: true });
      for (let folder = dirname(place); folder.includes('/'); folder = dirname(folder)) {
        await rmdir(join(this.root, folder));
      }
    }, place).catch((error: unknown) => {
      // A folder with other files stays.
      if (!/^(ENOTEMPTY|EEXIST|ENOENT|EBUSY)$/.test(codeOf(error) ?? '')) throw error;
    });
  }

  /** Refuses links among the folders of a place. */
  private async checkFolders(place: string): Promise<void> {
    const parts = place.split('/').slice(0, -1);
    for (let depth = 1; depth <= parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/');
      const found = await lstat(join(this.root, folder)).catch(() => undefined);
      if (found === undefined) return;
      if (!found.isDirectory()) throw this.refused(folder, 'is a link or a file, where a folder is expected');
    }
  }

  /** Failures as one line each. */
  private async telling<T>(work: () => Promise<T>, place = ''): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (codeOf(error) === 'ELOOP') throw this.refused(place, 'is a link');
      if (codeOf(error) === 'EISDIR' || codeOf(error) === 'ENOTDIR') {
        throw this.refused(place, 'is a file and a folder of others at once');
      }
      await this.checkThere();
      throw diskFailure(this.root, error);
    }
  }

  /** Where a file system is no longer mounted, its empty folder can still be there. */
  private async checkThere(): Promise<void> {
    const there = await stat(join(this.root, UNFINISHED_FOLDER)).catch(() => undefined);
    if (there !== undefined) return;
    const problem = 'is no longer a blob store: its folder is gone, or no longer mounted';
    throw new UserError({ subject: this.name, problem, fix: 'mount it again, then repeat the command' });
  }

  private refused(place: string, problem: string): UserError {
    return new UserError({
      subject: join(this.name, place),
      problem,
      fix: 'remove it and check who writes into this folder',
    });
  }
}
