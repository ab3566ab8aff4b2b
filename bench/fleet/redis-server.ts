/**
 * A Redis of a test's own: Debian's `redis-server` on a free port of the loopback, in a folder of its own.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const redisServer = ['redis-server', 'valkey-server'].find(
  (program) => spawnSync(program, ['--version']).status === 0,
);
/** Reason why tests that need a queue are skipped; undefined where they run. */
export const noRedis = redisServer === undefined ? 'skipped: no redis-server is installed' : undefined;

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export class TestRedis {
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly settings: readonly string[],
  ) {}

  /** @param folder where it keeps an append-only file; `settings`: more options of the server */
  static async start(folder: string, settings: readonly string[] = []): Promise<TestRedis> {
    const redis = new TestRedis(await freePort(), folder, settings);
    await redis.restart();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async restart(): Promise<void> {
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder, '--save', ''];
    const child = spawn(redisServer ?? '', [...options, ...this.settings], { stdio: 'ignore' });
    this.child = child;
    for (let i = 0; i < 200 && child.exitCode === null; i++) {
      if (await this.answers()) return;
      await sleep(25);
    }
    throw new Error('the redis-server of the test did not start');
  }

  /** Ends it as a power cut does. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Sends a command without waiting for its answer's content. */
  async command(...words: readonly string[]): Promise<string> {
    const socket = createConnection(this.port, '127.0.0.1');
    try {
      socket.write(
        `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`,
      );
      const [answer] = (await once(socket, 'data')) as [Buffer];
      return answer.toString();
    } finally {
      socket.destroy();
    }
  }

  private async answers(): Promise<boolean> {
    return this.command('PING').then(
      (answer) => answer.length > 0,
      () => false,
    );
  }
}
