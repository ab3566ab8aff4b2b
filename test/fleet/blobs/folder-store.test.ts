import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/hash.js';
import { openBlobStore } from '../../../src/fleet/blobs/open.js';
import { temporaryFolder } from '../../support/tiny.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('a blob store in a folder', () => {
  it('follows no link within the folder, neither to read nor to write nor to remove', async () => {
    const folder = temporaryFolder();
    const outside = temporaryFolder();
    const store = await openBlobStore(folder);
    const bytes = text('secret');
    const hash = sha256(bytes);
    writeFileSync(join(outside, hash), bytes);
    mkdirSync(join(folder, 'blobs', hash.slice(0, 2)), { recursive: true });
    symlinkSync(join(outside, hash), join(folder, 'blobs', hash.slice(0, 2), hash));
    await expect(store.get(hash, 100)).rejects.toThrow('is a link; remove it');
    mkdirSync(join(folder, 'named'));
    symlinkSync(outside, join(folder, 'named', 'link'));
    await expect(store.putNamed('link/new', bytes)).rejects.toThrow(
      'is a link or a file, where a folder is expected',
    );
    await expect(store.getNamed(`link/${hash}`, 100)).rejects.toThrow('is a link or a file');
    await expect(store.removeNamed(`link/${hash}`)).rejects.toThrow('is a link or a file');
    await expect(store.listNamed('link')).rejects.toThrow('is a link or a file');
    expect(await store.listNamed('')).toEqual([]);
    expect(readdirSync(outside)).toEqual([hash]);
  });

  it('replaces a link that has a name by a file', async () => {
    const folder = temporaryFolder();
    const outside = join(temporaryFolder(), 'file');
    writeFileSync(outside, 'before');
    const store = await openBlobStore(folder);
    mkdirSync(join(folder, 'named'));
    symlinkSync(outside, join(folder, 'named', 'pointer'));
    await store.putNamed('pointer', text('after'));
    expect(readFileSync(outside, 'utf8')).toBe('before');
    expect(await store.getNamed('pointer', 10)).toEqual(text('after'));
  });

  it.runIf(process.platform === 'linux')('does not wait for the writer of a pipe', async () => {
    const folder = temporaryFolder();
    const store = await openBlobStore(folder);
    mkdirSync(join(folder, 'named'));
    execFileSync('mkfifo', [join(folder, 'named', 'pipe')]);
    await expect(store.getNamed('pipe', 10)).rejects.toThrow('is not a plain file');
  });

  it('leaves nothing unfinished, and sweeps what writers that died left a day ago', async () => {
    const folder = temporaryFolder();
    const store = await openBlobStore(folder);
    await store.put(text('a'));
    await store.putNamed('b', text('b'));
    const unfinished = join(folder, 'unfinished');
    expect(readdirSync(unfinished)).toEqual([]);
    writeFileSync(join(unfinished, '.old.1-a.unfinished'), '');
    utimesSync(join(unfinished, '.old.1-a.unfinished'), 0, 0);
    writeFileSync(join(unfinished, '.new.1-a.unfinished'), '');
    await openBlobStore(folder);
    expect(readdirSync(unfinished)).toEqual(['.new.1-a.unfinished']);
  });

  it('removes folders that became empty, also while others write into them', async () => {
    const folder = temporaryFolder();
    const store = await openBlobStore(folder);
    const other = await openBlobStore(folder);
    for (let round = 0; round < 30; round++) {
      await store.putNamed('runs/a/one', text('1'));
      await Promise.all([store.removeNamed('runs/a/one'), other.putNamed('runs/a/two', text('2'))]);
      expect(await store.listNamed('runs')).toEqual(['runs/a/two']);
      await other.removeNamed('runs/a/two');
    }
    expect(existsSync(join(folder, 'named', 'runs'))).toBe(false);
  });

  it('says that a folder is no longer mounted, rather than that a blob is missing', async () => {
    const folder = join(temporaryFolder(), 'mounted');
    const store = await openBlobStore(folder);
    const hash = await store.put(text('a'));
    renameSync(folder, `${folder}-gone`);
    mkdirSync(folder);
    for (const call of [
      () => store.get(hash, 10),
      () => store.put(text('b')),
      () => store.getNamed('x', 1),
      () => store.has(hash),
    ]) {
      await expect(call()).rejects.toThrow(
        'is no longer a blob store: its folder is gone, or no longer mounted',
      );
    }
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
    renameSync(`${folder}-gone`, folder);
    expect(await store.get(hash, 10)).toEqual(text('a'));
  });

  it('refuses a path that is a file, or an address of another kind, in one line', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    await expect(openBlobStore(file)).rejects.toThrow(/cannot be used as a blob store \(.*\); name a folder/);
    const refusal = await openBlobStore('ftp://me:hidden@host/x').catch(String);
    expect(refusal).toContain('--blobs ftp://host/x: "ftp://" is not a blob store');
  });
});
