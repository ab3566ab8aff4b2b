/**
 * Loads a file of the user's own. TypeScript and JavaScript alike: jiti compiles on the fly, on every supported Node.
 *
 * A file is loaded once a process, and what is hashed is what was loaded: an edit afterwards changes neither.
 */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Jiti } from 'jiti';
import { UserError } from '../../core/errors.js';
import { plainJson } from '../../core/json.js';
import { blamed, type OwnFile } from './blame.js';
import { codeOf, filesOf, type PluginCode } from './code.js';
import { remembered } from './compiled.js';
import { importsOf } from './imports.js';

export interface Plugin {
  readonly own: OwnFile;
  readonly code: PluginCode;
  /** The default export, of unknown shape. */
  readonly exported: unknown;
}

export function isPath(name: string): boolean {
  return /[\\/]/.test(name) || /\.[cm]?[jt]s$/.test(name);
}

const loaded = new Map<string, Promise<Plugin>>();

/** `what`: such as `search space`. */
export function loadPlugin(name: string, what: string): Promise<Plugin> {
  const path = resolve(name);
  const plugin = loaded.get(path) ?? load(name, path, what);
  loaded.set(path, plugin);
  return plugin;
}

async function load(name: string, path: string, what: string): Promise<Plugin> {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new UserError({ subject: name, problem: `${what} file does not exist`, fix: 'correct the path' });
  }
  const jiti = await loader();
  const code = codeOf(jiti, path, rememberedImports);
  const own: OwnFile = { path, what, files: filesOf(code, path) };
  try {
    return { own, code, exported: await jiti.import(path, { default: true }) };
  } catch (thrown) {
    throw blamed(own, 'cannot be loaded', thrown);
  }
}

async function loader(): Promise<Jiti> {
  const { createJiti } = await import('jiti');
  const compiler = createJiti(import.meta.url, { fsCache: false });
  return createJiti(import.meta.url, {
    fsCache: false,
    transform: (options) => ({
      code: remembered('code', plainJson(options), () => compiler.transform(options)),
    }),
    // The running voxolve itself, not a second copy: `import { … } from 'voxolve'` works wherever the file lies.
    virtualModules: { voxolve: await import('../../authoring.js') },
  });
}

/** `importsOf`, remembered. */
function rememberedImports(jiti: Jiti, source: string, filename: string): readonly string[] {
  const imports = (): string => JSON.stringify(importsOf(jiti, source, filename));
  return JSON.parse(remembered('imports', { source, filename }, imports)) as string[];
}
