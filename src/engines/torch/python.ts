/**
 * The Python that engine torch runs in: which one, and whether its PyTorch will do.
 */
import { messageOf, UserError } from '../../core/errors.js';
import { PythonChild } from './child.js';

/** Versions of PyTorch from this one on are supported: what is tested, with CUDA graphs and deterministic ops. */
const LEAST_TORCH = '2.1';

/** Versions of PyTorch that tests let pass, where they say so. */
const LEAST_TESTED = 'VOXOLVE_TORCH_LEAST';

const INSTALL = 'install PyTorch (https://pytorch.org), or name a Python that has it by VOXOLVE_PYTHON';

/** Undefined where VOXOLVE_PYTHON is empty: then no Python is to be used. */
function pythonCommand(): string | undefined {
  const named = process.env['VOXOLVE_PYTHON'];
  if (named === undefined) return process.platform === 'win32' ? 'python' : 'python3';
  return named === '' ? undefined : named;
}

/** A process that is ready for requests. Throws `UserError`, in one line, where there can be none. */
export async function startPython(): Promise<PythonChild> {
  const python = pythonCommand();
  if (python === undefined) throw unusable('needs a Python, and VOXOLVE_PYTHON is empty', INSTALL);
  const least = process.env[LEAST_TESTED] ?? LEAST_TORCH;
  const child = new PythonChild(python, [least]);
  let greeting;
  try {
    greeting = (await child.greeting).header;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // What was killed while it started may start another time: the machine's doing, and nothing that a user could mend.
    if (code === undefined && (await child.exited) === null) throw cause;
    const missing = code === 'ENOENT';
    const problem = missing ? `there is none named ${python}` : messageOf(cause);
    throw unusable(`needs a Python, and ${problem}`, INSTALL, cause);
  }
  if (greeting['ready'] === true) return child;
  const { torch, broken } = greeting;
  if (typeof torch !== 'string') {
    throw unusable(`needs PyTorch ${least} or later, and ${python} has none`, INSTALL);
  }
  if (typeof broken === 'string') {
    throw unusable(
      `needs PyTorch, and that of ${python} (${torch}) does not load: ${broken.split('\n')[0]}`,
      INSTALL,
    );
  }
  throw unusable(`needs PyTorch ${least} or later, and ${python} has ${torch}`, INSTALL);
}

function unusable(problem: string, fix: string, cause?: unknown): UserError {
  return new UserError({ subject: 'engine torch', problem, fix }, { cause });
}

let running: Promise<PythonChild> | undefined;

/** The process of this thread, started once, and again where it ended. */
export async function sharedPython(): Promise<PythonChild> {
  const child = running && (await running.catch(() => undefined));
  if (child?.ended === false) return child;
  running = startPython();
  return running;
}
