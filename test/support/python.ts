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
  // Newer versions of PyTorch warn of names that older ones need.
  const warnings = { PYTHONWARNINGS: 'ignore::FutureWarning' };
  const env = { ...warnings, ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' };
  return execFileSync(python, args, { cwd: '/', env, encoding: 'utf8', stdio: 'pipe' });
}

/** Runs each program in a fork of a process that has loaded PyTorch, which takes longer than most of them. */
const FORKS = `
import json, os, runpy, sys, tempfile, traceback
import torch
printed = []
for program, *args in json.loads(sys.argv[1]):
    with tempfile.TemporaryFile() as out:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.dup2(out.fileno(), 1)
                os.dup2(out.fileno(), 2)
                sys.argv = [program, *args]
                sys.path[0] = os.path.dirname(program)
                runpy.run_path(program, run_name="__main__")
                code = 0
            except SystemExit as end:
                code = end.code
            except BaseException:
                traceback.print_exc()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code if isinstance(code, int) else 0 if code is None else 1)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        out.seek(0)
        printed.append({"code": status, "printed": out.read().decode()})
print(json.dumps(printed))
`;

export interface Printed {
  readonly code: number;
  /** On both streams. */
  readonly printed: string;
}

/** What programs print, `[file, ...args]` each, run one after another as by `python file args`, PyTorch loaded once for all. */
export function forkedOutputs(programs: readonly (readonly string[])[]): readonly Printed[] {
  return JSON.parse(runPython(FORKS, [JSON.stringify(programs)])) as Printed[];
}

/** The Python of VOXOLVE_TENSORBOARD_PYTHON, which holds what reads other tools' files, or of the other tests, that has a module. */
export function pythonWith(module: string): string | undefined {
  return [process.env['VOXOLVE_TENSORBOARD_PYTHON'], python].find((one) => {
    try {
      if (one === undefined || one === '') return false;
      execFileSync(one, ['-c', `import ${module}`], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
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
