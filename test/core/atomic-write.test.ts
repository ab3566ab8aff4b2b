import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { UNFINISHED, writeAtomically, writeAtomicallySync } from '../../src/core/atomic-write.js';
import { temporaryFolder } from '../support/tiny.js';

const forms: readonly (readonly [string, (path: string, content: string | Uint8Array) => Promise<void>])[] = [
  ['writeAtomically', writeAtomically],
  [
    'writeAtomicallySync',
    (path, content) => Promise.resolve(path).then(() => writeAtomicallySync(path, content)),
  ],
];

describe.each(forms)('%s', (_, write) => {
  it('makes a file, and replaces one, leaving nothing else in the folder', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'file.json');
    await write(path, 'first');
    expect(readFileSync(path, 'utf8')).toBe('first');
    await write(path, Uint8Array.of(1, 2, 3));
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
    expect(readdirSync(folder)).toEqual(['file.json']);
  });

  it('leaves nothing of a file that cannot take its name, and throws', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'taken');
    mkdirSync(path);
    writeFileSync(join(path, 'inside'), '');
    await expect(write(path, 'content')).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
    await expect(write(join(folder, 'absent', 'file'), 'content')).rejects.toThrow('ENOENT');
  });
});

it('writers of one file at the same time leave the whole of one of them', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'file');
  const contents = Array.from({ length: 20 }, (_, i) => String(i % 10).repeat(100_000 + i));
  await Promise.all(contents.map((content) => writeAtomically(path, content)));
  expect(contents).toContain(readFileSync(path, 'utf8'));
  expect(readdirSync(folder)).toEqual(['file']);
});

it('a writer that is killed leaves the whole of what it wrote last or before, and names the rest unfinished', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'file');
  const module = new URL('../../dist/src/core/atomic-write.js', import.meta.url).href;
  const script = `
    import { writeAtomicallySync } from ${JSON.stringify(module)};
    for (let i = 0; ; i++) {
      writeAtomicallySync(${JSON.stringify(path)}, String(i % 10).repeat(1_000_000));
      if (i === 0) process.stdout.write('written');
    }
  `;
  for (const patience of [20, 35, 50, 65, 80]) {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await pause(patience);
    child.kill('SIGKILL');
    expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
    expect(readFileSync(path, 'utf8')).toMatch(/^(\d)\1{999999}$/);
  }
  const others = readdirSync(folder).filter((name) => name !== 'file');
  expect(others.filter((name) => !name.startsWith('.file.') || !name.endsWith(UNFINISHED))).toEqual([]);
});
