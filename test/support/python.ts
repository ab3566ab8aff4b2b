/**
 * A Python for tests that compare with other implementations, where there is one.
 */
import { execFileSync } from 'node:child_process';

/** From the environment variable VOXOLVE_PYTHON: an interpreter with torch, NumPy and nibabel. */
export const python = process.env['VOXOLVE_PYTHON'];

/** Put into the title of tests that are skipped without it. */
export const needsPython = '(needs VOXOLVE_PYTHON)';

/** Runs a script and returns what it printed; throws what it complained about. */
export function runPython(script: string, args: readonly string[] = []): string {
  return pythonOutput('-c', script, ...args);
}

/** Runs `python ARGS` in the root folder, on one thread, so that test files side by side do not fight for cores. */
export function pythonOutput(...args: readonly string[]): string {
  if (python === undefined) throw new Error('VOXOLVE_PYTHON is not set');
  const env = { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' };
  return execFileSync(python, args, { cwd: '/', env, encoding: 'utf8', stdio: 'pipe' });
}

/** Whether there is a Python, and it has the module. */
export function hasModule(name: string): boolean {
  if (python === undefined) return false;
  try {
    runPython(`import ${name}`);
    return true;
  } catch {
    return false;
  }
}
