/**
 * Runs the compiled command in this process: for what is tried often, since each process takes most of a second to start. What a
 * process adds, its exit and what it inherits, is tried by `cli.ts`.
 */
import { expect, vi } from 'vitest';
import type { Finished } from './cli.js';

/** Keeps what is written to a stream, until its `end`. */
function heard(stream: NodeJS.WriteStream): { readonly text: () => string; readonly end: () => void } {
  let text = '';
  const spy = vi.spyOn(stream, 'write').mockImplementation((chunk) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    return true;
  });
  return { text: () => text, end: () => spy.mockRestore() };
}

const compiled = new URL('../../dist/src/cli/command-line.js', import.meta.url).href;

/** `env`: what is set in this process meanwhile. `auto` must choose alike on all machines: it finds no Python. */
export async function voxolveHere(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const { runCommandLine } = (await import(compiled)) as typeof import('../../src/cli/command-line.js');
  const [out, err] = [heard(process.stdout), heard(process.stderr)];
  const before = process.exitCode;
  process.exitCode = undefined;
  const set = { VOXOLVE_PYTHON: '', ...env };
  const inherited = Object.keys(set).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, set);
  try {
    await runCommandLine(args);
    const code = Number(process.exitCode ?? 0);
    return { code, signal: null, stdout: out.text(), stderr: err.text() };
  } finally {
    process.exitCode = before;
    for (const [name, value] of inherited)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    out.end();
    err.end();
  }
}

/** The same, of a command that must succeed. */
export async function succeedHere(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const end = await voxolveHere(args, env);
  expect(end.code, end.stderr).toBe(0);
  return end;
}
