/**
 * The task of a fine-tuning: a file or a value, with its head.
 */
import { dirname, resolve } from 'node:path';
import { messageOf, UserError } from '../../core/errors.js';
import { readText } from '../../core/read-text.js';
import { parseOrThrow } from '../../core/validate.js';
import type { Head } from '../../downstream/head.js';
import { parseTask, type DownstreamTask } from '../../downstream/task-file.js';
import { isPath, loadHead } from '../../experiment/plugins/index.js';

/** Path of a task file (JSON), or its content; paths in a value are relative to the working directory. */
export type AskedTask = string | Readonly<Record<string, unknown>>;

export interface TaskSource {
  readonly task: DownstreamTask;
  readonly head: Head;
}

/** The task with its head, whose options are checked. A head of the user's own lies relative to the file. */
export async function readTask(asked: AskedTask, seed?: number): Promise<TaskSource> {
  const subject = typeof asked === 'string' ? asked : 'task';
  const task = parseTask(typeof asked === 'string' ? jsonOf(asked) : asked, subject);
  const folder = typeof asked === 'string' ? dirname(asked) : process.cwd();
  const name = isPath(task.head.name) ? resolve(folder, task.head.name) : task.head.name;
  const head = await loadHead(name);
  parseOrThrow(head.options, task.head.options, `${subject}: options of head ${head.name}`);
  return { task: { ...task, seed: seed ?? task.seed, head: { ...task.head, name } }, head };
}

function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readText(path));
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new UserError(
      {
        subject: path,
        problem: missing ? 'the task file does not exist' : `is not JSON (${messageOf(cause)})`,
        fix: missing ? 'name the JSON file of a task' : 'correct it',
      },
      { cause },
    );
  }
}
