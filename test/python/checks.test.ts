/** Python that exports hold, checked as a whole; that it compiles needs `VOXOLVE_PYTHON`. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { proxyTasks } from '../../proxy-tasks/index.js';
import { present } from '../../src/core/errors.js';
import { packageFile } from '../../src/core/package-files.js';
import { settingsSource } from '../../src/export/files/settings.js';
import { pythonFiles } from '../../src/tasks/python-files.js';
import { plainScans, shortTraining } from '../export/exports.js';
import { planOf } from '../proxy-tasks/support.js';
import { needsPython, python, runPython } from '../support/python.js';
import { complaints, openRuff } from './ruff.js';

const files = ['python', 'proxy-tasks'].flatMap((name) => {
  const folder = fileURLToPath(packageFile(name));
  return readdirSync(folder)
    .filter((file) => file.endsWith('.py'))
    .map((file) => join(folder, file));
});

const cases = files.map((path) => ({ name: basename(path), path }));

describe('the Python of exports', () => {
  const ruff = openRuff();

  it('has a file for each proxy task', () => {
    const names = Object.keys(proxyTasks).map((name) => `${name}.py`);
    expect(files.map((file) => basename(file))).toEqual(expect.arrayContaining(names));
  });

  it.each(cases)('$name has nothing that ruff complains about', ({ path }) => {
    expect(complaints(ruff, readFileSync(path, 'utf8'))).toEqual([]);
  });

  it('would be complained about without types, with names that nothing uses or another layout', () => {
    const found = complaints(ruff, 'import os\n\n\ndef f(x):\n  return x\n').join('\n');
    for (const part of ['1: F401', '4: ANN001', '4: ANN201', 'ruff format']) expect(found).toContain(part);
  });

  it.each(Object.keys(proxyTasks))('reads settings of %s that ruff leaves as they are', (name) => {
    const { settings } = pythonFiles(name, present(planOf(name).pytorch?.(), name));
    const source = settingsSource(shortTraining, plainScans, settings);
    // Rows of numbers stay on one line, so lines may be long.
    expect(complaints(openRuff({ 'line-length': 320 }), source)).toEqual([]);
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
});
