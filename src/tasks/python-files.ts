/**
 * A proxy task's Python as text: read from the files that the task names, or given as text by the task itself.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { UserError } from '../core/errors.js';
import type { Json } from '../core/json.js';
import { packageFile } from '../core/package-files.js';
import { parseOrThrow } from '../core/validate.js';
import { isPythonTask, type PythonFile, type PythonSource, type PythonTask } from './task.js';

export interface PythonFiles {
  /** Text by file name, `task.py` among them. */
  readonly files: Readonly<Record<string, string>>;
  /** Arguments of the class `Task` of `task.py`. */
  readonly settings: Readonly<Record<string, Json>>;
}

/** Names that other files of an export have. */
const TAKEN = new Set([
  'model.py',
  'optimisers.py',
  'pretrain.py',
  'processes.py',
  'running.py',
  'scans.py',
  'settings.py',
]);

const isFile = (value: unknown): boolean => typeof value === 'string' || value instanceof URL;
const error =
  'paths of Python files, such as ./NAME.py next to the task or python/heads.py of voxolve, or URLs';

/** Schema of files and settings, for tasks written without types. */
const Python = z.strictObject({
  files: z.array(z.custom<PythonFile>(isFile, { error }), { error }).min(1, { error }),
  settings: z.record(z.string(), z.json()),
});

const form = 'files and settings, or the text of task.py, or texts by file name with one for task.py';
const Texts = z.union([z.string(), z.looseObject({ 'task.py': z.string() }).catchall(z.string())], {
  error: form,
});

/** Reads the files. Throws `UserError` where that fails or names collide; `subject` is the task as the user wrote it. */
export function pythonFiles(subject: string, source: PythonSource): PythonFiles {
  const found = isPythonTask(source)
    ? copied(subject, source)
    : { files: given(subject, source), settings: {} };
  const taken = Object.keys(found.files).find((name) => TAKEN.has(name));
  if (taken !== undefined) {
    throw new UserError({
      subject,
      problem: `has a Python file ${taken}, a name that every export uses already`,
      fix: 'give the file another name',
    });
  }
  return found;
}

function given(subject: string, source: Exclude<PythonSource, PythonTask>): Readonly<Record<string, string>> {
  const texts = parseOrThrow(Texts, source, `${subject}: pytorch`);
  return typeof texts === 'string' ? { 'task.py': texts } : texts;
}

/** The first file becomes `task.py`. */
function copied(subject: string, source: PythonTask): PythonFiles {
  const { files, settings } = parseOrThrow(Python, source, `${subject}: pytorch`);
  const named = files.map(
    (file, i) => [i === 0 ? 'task.py' : fileName(file), textOf(subject, file)] as const,
  );
  return { files: Object.fromEntries(named), settings };
}

/** Name without folders. */
export function fileName(file: PythonFile): string {
  const path = typeof file === 'string' ? file : decodeURIComponent(file.pathname);
  return path.slice(path.lastIndexOf('/') + 1);
}

function textOf(subject: string, file: PythonFile): string {
  try {
    return readFileSync(typeof file === 'string' ? packageFile(file) : file, 'utf8');
  } catch (cause) {
    const path = typeof file === 'string' ? `${file} of voxolve` : decodeURIComponent(file.pathname);
    throw new UserError(
      {
        subject,
        problem: `its Python file ${path} can not be read`,
        fix: 'name a file next to the task as ./NAME.py',
      },
      { cause },
    );
  }
}
