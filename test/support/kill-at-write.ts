/**
 * Runs commands that end, with their whole process group, by SIGKILL: amid a write that is named, or once something was seen.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startVoxolve, type Finished } from './cli.js';

const saboteur = new URL('../fixtures/kills/kill-at-write.mjs', import.meta.url).href;
const preload = { NODE_OPTIONS: `--import ${saboteur}` };

/** A call that writes content to a file, or gives it its name. */
export interface WriteOperation {
  readonly operation: 'write' | 'rename';
  /** The name that the file will have. */
  readonly path: string;
}

/** Where a command ends: at the nth operation on paths that hold `path`. */
export interface KillAtWrite extends WriteOperation {
  readonly nth: number;
  /** Of the content, that is written; a rename is done if it is above 0. */
  readonly share: number;
}

type Env = Record<string, string>;

/** The write operations of a command, in the order in which they began; `listing` is a file to make. */
export async function listWrites(
  args: readonly string[],
  env: Env,
  listing: string,
): Promise<readonly WriteOperation[]> {
  const { code, stderr } = await startVoxolve(args, { ...env, ...preload, VOXOLVE_TEST_WRITES: listing })
    .finished;
  if (code !== 0) throw new Error(stderr);
  const lines = readFileSync(listing, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as WriteOperation);
}

/** Throws where the command ends otherwise. */
export async function killAtWrite(args: readonly string[], env: Env, at: KillAtWrite): Promise<void> {
  const { finished } = startVoxolve(
    args,
    { ...env, ...preload, VOXOLVE_TEST_KILL: JSON.stringify(at) },
    { detached: true },
  );
  requireKilled(await finished);
}

/**
 * Kills the command's process group `delay` milliseconds after `seen`, which is told what was said on standard error, became
 * true; throws where it had ended by then.
 */
export async function killOnceSeen(
  args: readonly string[],
  env: Env,
  { seen, delay = 0 }: { readonly seen: (stderr: string) => boolean; readonly delay?: number },
): Promise<void> {
  const { child, finished } = startVoxolve(args, env, { detached: true });
  let stderr = '';
  child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()));
  while (child.exitCode === null && !seen(stderr)) await sleep(4);
  if (delay > 0) await sleep(delay);
  if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  requireKilled(await finished);
}

function requireKilled({ code, signal, stderr }: Finished): void {
  if (signal === 'SIGKILL') return;
  throw new Error(`the command ended with ${code ?? signal} before it was to be killed: ${stderr}`);
}
