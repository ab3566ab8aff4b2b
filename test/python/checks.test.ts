/**
 * Python that exports hold, checked as a whole: that it compiles needs `VOXOLVE_PYTHON`; lint and layout need ruff, on
 * the path or in that Python.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../../src/core/package-files.js';
import { settingsSource } from '../../src/export/files/settings.js';
import { proxyTasks } from '../../proxy-tasks/index.js';
import { isPythonTask } from '../../src/tasks/task.js';
import { plainScans, shortTraining } from '../export/exports.js';
import { planOf } from '../proxy-tasks/support.js';
import { needsPython, python, runPython } from '../support/python.js';
import { temporaryFolder } from '../support/tiny.js';

const folders = ['python', 'proxy-tasks'].map((name) => fileURLToPath(packageFile(name)));
const files = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.py'))
    .map((name) => join(folder, name)),
);

const config = ['--config', fileURLToPath(packageFile('python/pyproject.toml')), '--no-cache'];

/** How ruff is called here; undefined where there is none. */
const ruff = [['ruff'], ...(python === undefined ? [] : [[python, '-m', 'ruff']])].find(
  ([command = '', ...args]) => spawnSync(command, [...args, '--version']).status === 0,
);
const needsRuff = ruff === undefined ? '(needs ruff)' : '';

function complaints(...args: readonly string[]): string {
  const [command = '', ...first] = ruff ?? [];
  const { status, stdout, stderr } = spawnSync(command, [...first, ...args], { encoding: 'utf8' });
  return status === 0 ? '' : stdout + stderr;
}

describe('the Python of exports', () => {
  it('has a file for each proxy task', () => {
    const names = Object.keys(proxyTasks).map((name) => join(folders[1] ?? '', `${name}.py`));
    expect(files).toEqual(expect.arrayContaining(names));
  });

  it.skipIf(python === undefined)(`compiles, in versions of Python from 3.8 on ${needsPython}`, () => {
    const printed = runPython(
      `import ast, sys
for path in sys.argv[1:]:
    source = open(path, encoding="utf8").read()
    compile(source, path, "exec")
    ast.parse(source, path, feature_version=(3, 8))
print(len(sys.argv) - 1)`,
      files,
    );
    expect(Number(printed)).toBe(files.length);
  });

  it.skipIf(ruff === undefined)(`has nothing that ruff complains about ${needsRuff}`, () => {
    expect(complaints('check', ...config, ...folders)).toBe('');
    expect(complaints('format', '--check', ...config, ...folders)).toBe('');
  });

  it.skipIf(ruff === undefined)(`reads settings that ruff leaves as they are ${needsRuff}`, () => {
    const folder = temporaryFolder();
    for (const name of Object.keys(proxyTasks)) {
      const source = planOf(name).pytorch?.();
      if (source === undefined || !isPythonTask(source)) throw new Error(`${name} has no files`);
      const text = settingsSource(shortTraining, plainScans, source.settings);
      writeFileSync(join(folder, `${name}_settings.py`), text);
    }
    // Rows of numbers stay on one line, so lines may be long.
    expect(complaints('format', '--check', '--isolated', '--no-cache', '--line-length', '320', folder)).toBe(
      '',
    );
  });
});
