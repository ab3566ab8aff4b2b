import { createServer } from 'node:net';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startVoxolve, voxolve } from '../../support/cli.js';
import { temporaryFolder } from '../../support/tiny.js';
import { databaseOf } from './made-up.js';

const folder = temporaryFolder();
const database = join(folder, 'search.db');
databaseOf(database, ['a']).close();

describe('voxolve dashboard', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'prints its link as JSON once it listens, and ends in good order at %s',
    async (signal) => {
      const { child, finished } = startVoxolve(['dashboard', database, '--json']);
      const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
      const { url } = JSON.parse(line.toString()) as { url: string };
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/);
      const { origin, searchParams } = new URL(url);
      const headers = { authorization: `Bearer ${searchParams.get('token')}` };
      const answer = await fetch(`${origin}/api/candidates`, { headers });
      expect(answer.status).toBe(200);
      const events = await fetch(`${origin}/api/events`, { headers });
      child.kill(signal);
      expect(await finished).toMatchObject({
        code: 0,
        stderr: 'closing\n',
        stdout: `${JSON.stringify({ url })}\n`,
      });
      await expect(events.text()).rejects.toThrow();
    },
  );

  it('says in a line that its port is taken, that a file is missing or not its own, or that a port is none', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const notes = join(folder, 'notes.txt');
    writeFileSync(notes, 'These are notes.');
    const refused = [
      [
        [database, '--port', String(port)],
        `voxolve: --port ${port}: is in use on 127.0.0.1; give another, or none for any that is free\n`,
      ],
      [
        [join(folder, 'none.db')],
        `voxolve: ${join(folder, 'none.db')}: there is no such database; give the file that voxolve search wrote\n`,
      ],
      [
        [database, notes],
        `voxolve: ${notes}: is not an SQLite database; give a file that voxolve search wrote, or a new name\n`,
      ],
      [
        [database, '--port', '70000'],
        'voxolve: --port: must be a whole number from 0 to 65535, not 70000; give another, or none for any that is free\n',
      ],
    ] as const;
    await Promise.all(
      refused.map(async ([args, message]) => {
        expect(await voxolve(['dashboard', ...args])).toMatchObject({ code: 1, stdout: '', stderr: message });
      }),
    );
    other.close();
  });

  it('says what --host opens', async () => {
    const { child, finished } = startVoxolve(['dashboard', database, '--host', '0.0.0.0']);
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    child.kill('SIGTERM');
    const { stderr } = await finished;
    expect(stderr).toMatch(/^warning: --host 0\.0\.0\.0 lets every machine .* not encrypted\nclosing\n$/);
  });
});
