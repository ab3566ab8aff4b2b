/**
 * Runs the compiled command in a process of its own, as a user would.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

/** @param as the user that runs it, where it is to be another; `detached`: it leads a process group of its own */
export function startVoxolve(
  args: readonly string[],
  env: Record<string, string> = {},
  as: { readonly uid?: number; readonly gid?: number; readonly detached?: boolean } = {},
): Running {
  if (!existsSync(main)) throw new Error('dist/ is missing: run npm run build first');
  // The variables by which vitest's workers know themselves must not reach the command.
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_OPTIONS)/.test(name)),
  );
  const child = spawn(process.execPath, [main, ...args], {
    // `auto` must choose alike on all machines: it finds no Python unless a test names one.
    env: { ...inherited, VOXOLVE_PYTHON: '', ...env },
    ...as,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const finished = new Promise<Finished>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
  );
  return { child, finished };
}

export function voxolve(args: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
  return startVoxolve(args, env).finished;
}

/** The same, of a command that must succeed. */
export async function succeed(args: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
  const end = await voxolve(args, env);
  expect(end.code, end.stderr).toBe(0);
  return end;
}

/** Resolves once the process has said `text` on standard error. */
export function said(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve) => {
    let heard = '';
    child.stderr?.on('data', (more: Buffer) => {
      heard += more.toString();
      if (heard.includes(text)) resolve();
    });
  });
}
