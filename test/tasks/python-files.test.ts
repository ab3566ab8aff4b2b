import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { pythonFiles } from '../../src/tasks/python-files.js';
import type { PythonSource } from '../../src/tasks/task.js';
import { temporaryFolder } from '../support/tiny.js';

describe("a task's Python", () => {
  const folder = temporaryFolder();
  const own = pathToFileURL(join(folder, 'my task.py'));
  writeFileSync(own, 'class Task: ...\n');

  it('is read from a file next to the task, which becomes task.py, and from modules of the package', () => {
    const { files, settings } = pythonFiles('mine', {
      files: [own, 'python/heads.py'],
      settings: { side: 16 },
    });
    expect(Object.keys(files)).toEqual(['task.py', 'heads.py']);
    expect(files['task.py']).toBe('class Task: ...\n');
    expect(files['heads.py']).toContain('class Classifier');
    expect(settings).toEqual({ side: 16 });
  });

  it.each([
    [
      'a missing file',
      { files: [new URL('./none.py', own)], settings: {} },
      /its Python file .*none\.py can not be read/,
    ],
    [
      'a file that voxolve lacks',
      { files: ['./mine.py'], settings: {} },
      /\.\/mine\.py of voxolve can not be read; .*as \.\/NAME\.py/,
    ],
    ['no file', { files: [], settings: {} }, /"files" is \[\]/],
    [
      'a file given as a number',
      { files: [1], settings: {} },
      /"files\.0" is 1, but the rule is: paths of Python files/,
    ],
    ['settings that are no data', { files: [own], settings: { side: NaN } }, /"settings\.side" is/],
    ['no task.py', { 'mine.py': '' }, /pytorch: "task\.py" is missing/],
    ['something else', 1, /files and settings, or the text of task\.py/],
    [
      'a name that exports use',
      { 'task.py': '', 'settings.py': '' },
      /has a Python file settings\.py, a name that every export uses/,
    ],
  ] as [string, unknown, RegExp][])('is refused in one line: %s', (_, source, complaint) => {
    expect(() => pythonFiles('./mine.ts', source as PythonSource)).toThrow(complaint);
  });
});
