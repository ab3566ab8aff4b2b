/**
 * Runs a command in this process: for what ends before there are workers, and is tried often. What a process adds, its exit
 * and what it inherits, is tried by `cli.ts`.
 */
import { vi } from 'vitest';
import { runCommandLine } from '../../src/cli/command-line.js';
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

export async function voxolveHere(args: readonly string[]): Promise<Finished> {
  const [out, err] = [heard(process.stdout), heard(process.stderr)];
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    await runCommandLine(args);
    const code = Number(process.exitCode ?? 0);
    return { code, signal: null, stdout: out.text(), stderr: err.text() };
  } finally {
    process.exitCode = before;
    out.end();
    err.end();
  }
}
