/**
 * The code of a user's own file: itself, every file that it loads, transitively, and the packages that those load.
 *
 * A search is the same search only with the same code, so the database keeps hashes of all of it. Packages count by their
 * version, with those that they depend on; voxolve itself does not, since another version of it has to derive the same
 * decisions (docs/decisions.md).
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Jiti } from 'jiti';
import { sha256 } from '../../core/hash.js';
import { importsOf } from './imports.js';

export interface PluginCode {
  /** SHA-256 of each file by its path from the named file's folder, with forward slashes. */
  readonly files: Readonly<Record<string, string>>;
  /** Version of each package by its name; several versions of one are separated by commas. */
  readonly packages: Readonly<Record<string, string>>;
}

/** Files that hold code, and so may load others. */
const CODE = /\.[cm]?[jt]sx?$/;
const SELF = 'voxolve';

/** `path`: absolute, of the named file. `imports`: modules that a source names. */
export function codeOf(jiti: Jiti, path: string, imports = importsOf): PluginCode {
  const files = new Map<string, string>();
  const packages = new Map<string, Set<string>>();
  const pending = [path];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (files.has(file)) continue;
    const content = readFileSync(file);
    files.set(file, sha256(content));
    if (!CODE.test(file)) continue;
    for (const specifier of imports(jiti, content.toString('utf8'), file)) {
      if (isBuiltin(specifier) || specifier === SELF || specifier.startsWith(`${SELF}/`)) continue;
      const loaded = resolved(jiti, specifier, file);
      const owner = loaded === undefined ? undefined : packageOf(loaded);
      if (owner !== undefined) addPackage(owner, packages);
      else if (loaded !== undefined) pending.push(loaded);
    }
  }
  const place = (file: string): string => relative(dirname(path), file).split(sep).join('/');
  return {
    files: sorted([...files].map(([file, hash]) => [place(file), hash])),
    packages: sorted([...packages].map(([name, versions]) => [name, [...versions].sort().join(', ')])),
  };
}

/** The file that a specifier names; undefined where there is none. */
function resolved(jiti: Jiti, specifier: string, from: string): string | undefined {
  const parentURL = pathToFileURL(from).href;
  const url = jiti.esmResolve(specifier, { parentURL, try: true });
  if (url === undefined || !url.startsWith('file:')) return undefined;
  const path = fileURLToPath(url);
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? path : undefined;
}

/** The folder of the installed package that a file belongs to; undefined for a file of the user's own. */
function packageOf(file: string): string | undefined {
  const [, folder] = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file) ?? [];
  return folder;
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Adds a package and, once each, those that it depends on. */
function addPackage(folder: string, packages: Map<string, Set<string>>): void {
  const seen = new Set<string>();
  const pending = [folder];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const path = join(next, 'package.json');
    if (!existsSync(path)) continue;
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
    const { name = next, version = '' } = manifest;
    if (name === SELF) continue;
    packages.set(name, (packages.get(name) ?? new Set()).add(version));
    const { dependencies, optionalDependencies, peerDependencies } = manifest;
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const found = installed(needed, next);
      if (found !== undefined) pending.push(found);
    }
  }
}

/** Where Node would find a package for code in `from`: the nearest `node_modules` upwards. */
function installed(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

function sorted(entries: [string, string][]): Readonly<Record<string, string>> {
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** Absolute paths of a code's files, such as its stack traces name. `path`: of the named file. */
export function filesOf({ files }: PluginCode, path: string): readonly string[] {
  return Object.keys(files).map((file) => resolve(dirname(path), file));
}
