/**
 * A Python for tests that compare with other implementations, where there is one.
 */
import { execFileSync } from 'node:child_process';

/** From the environment variable VOXOLVE_PYTHON: an interpreter with torch, NumPy and nibabel. */
export const python = process.env['VOXOLVE_PYTHON'];

/** Put into the title of tests that are skipped without it. */
export const needsPython = '(needs VOXOLVE_PYTHON)';

/** Runs a script in `cwd` and returns what it printed; throws what it complained about. */
export function runPython(script: string, args: readonly string[] = [], cwd = '/'): string {
  if (python === undefined) throw new Error('VOXOLVE_PYTHON is not set');
  return execFileSync(python, ['-c', script, ...args], { cwd, encoding: 'utf8', stdio: 'pipe' });
}
