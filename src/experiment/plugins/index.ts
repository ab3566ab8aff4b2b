/**
 * Search spaces and proxy tasks by name or by path.
 *
 * A user's own file is TypeScript or JavaScript and imports what it needs from `voxolve`; it is loaded in the
 * main thread and in workers alike. jiti compiles TypeScript on the fly, on every supported Node.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { proxyTasks } from '../../proxy-tasks/index.js';
import { searchSpaces } from '../../search-spaces/index.js';
import { messageOf, UserError } from '../core/errors.js';
import type { Json } from '../core/json.js';
import { sha256 } from '../core/hash.js';
import type { Architecture } from '../nn/architecture.js';
import type { SearchSpace } from '../search/space.js';
import type { ProxyTask } from '../tasks/task.js';

export type ArchitectureSpace = SearchSpace<Json, Architecture>;

export function isPath(name: string): boolean {
  return /[\\/]/.test(name) || /\.[cm]?[jt]s$/.test(name);
}

export async function loadSpace(name: string): Promise<ArchitectureSpace> {
  return load(name, 'search space', searchSpaces, isSpace, '{ name, gene, build }');
}

export async function loadTask(name: string): Promise<ProxyTask> {
  return load(name, 'proxy task', proxyTasks, isTask, '{ name, options, plan }');
}

/** Hash of a user's own file, so that a resumed search can tell that it changed; empty for built-in ones. */
export async function pluginHash(name: string): Promise<string> {
  return isPath(name) ? sha256(await readFile(name)) : '';
}

async function load<T>(
  name: string,
  what: string,
  registry: Readonly<Record<string, T>>,
  fits: (value: unknown) => value is T,
  form: string,
): Promise<T> {
  if (!isPath(name)) {
    const known = Object.hasOwn(registry, name) ? registry[name] : undefined;
    if (known !== undefined) return known;
    throw new UserError({
      subject: `${what} "${name}"`,
      problem: `is none of ${Object.keys(registry).join(', ')}`,
      fix: 'use one of these, or the path of a file of your own such as "./my-file.ts"',
    });
  }
  if (!existsSync(name)) {
    throw new UserError({ subject: name, problem: `${what} file does not exist`, fix: 'correct the path' });
  }
  const exported = await importFile(name, what);
  if (!fits(exported)) {
    throw new UserError({
      subject: name,
      problem: `its default export is not a ${what} (${form})`,
      fix: `export one as default, as docs/adding-a-${what.replace(' ', '-')}.md shows`,
    });
  }
  return exported;
}

async function importFile(path: string, what: string): Promise<unknown> {
  const { createJiti } = await import('jiti');
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    // The running voxolve itself, not a second copy: `import { … } from 'voxolve'` works wherever the file lies.
    virtualModules: { voxolve: await import('../index.js') },
  });
  try {
    return await jiti.import(path, { default: true });
  } catch (cause) {
    throw new UserError(
      {
        subject: path,
        problem: `the ${what} cannot be loaded: ${messageOf(cause)}`,
        fix: 'correct the file',
      },
      { cause },
    );
  }
}

function isSpace(value: unknown): value is ArchitectureSpace {
  return hasMembers(value, ['gene', 'build']);
}

function isTask(value: unknown): value is ProxyTask {
  return hasMembers(value, ['options', 'plan']);
}

function hasMembers(value: unknown, names: readonly string[]): boolean {
  return (
    typeof value === 'object' && value !== null && 'name' in value && names.every((name) => name in value)
  );
}
