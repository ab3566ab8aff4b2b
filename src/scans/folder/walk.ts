/**
 * Lists all files below a folder, in a fixed order, and the files and folders that are skipped.
 *
 * Folders are read as bytes, since names need not be UTF-8. A link to a folder is followed unless it leads to a folder
 * that was read already, so that no cycle of links is followed; if a folder can be reached by several links, the first
 * name counts. Nothing ends the walk early: folders that can not be read are skipped with the reason.
 */
import { isUtf8 } from 'node:buffer';
import { readdirSync, realpathSync, statSync, type Dirent, type Stats } from 'node:fs';
import { join, sep } from 'node:path';
import { printable } from '../../core/unseen.js';
import type { LeftOut } from './left-out.js';

export interface Walk {
  /** Sorted by name; names are relative to the folder, with `/`. */
  readonly files: readonly { readonly path: string; readonly name: string }[];
  readonly leftOut: readonly LeftOut[];
}

/** Reason why pipes, sockets and devices are left out. */
export const SPECIAL = 'neither a file nor a folder';

export function walk(folder: string): Walk {
  const files: { path: string; name: string }[] = [];
  const leftOut: LeftOut[] = [];
  const real = realpathSync(folder);
  /** Root folder of the walk, and the targets of followed links. */
  const roots = [real];
  const visited = new Set<string>();
  const pass = (name: string, what: string, reason: string): void => {
    leftOut.push({ path: printable(name), what, reason });
  };

  const enter = (path: string, truth: string, prefix: string): void => {
    if (visited.has(truth)) return pass(prefix, 'linked folder', 'it is read already under another name');
    visited.add(truth);
    let entries: Dirent<Buffer>[];
    try {
      entries = readdirSync(path, { withFileTypes: true, encoding: 'buffer' });
    } catch (thrown) {
      // The root folder itself can not be read.
      if (prefix === '') throw thrown;
      return pass(prefix, 'closed folder', `it can not be opened (${codeOf(thrown)})`);
    }
    for (const entry of entries.sort((a, b) => Buffer.compare(a.name, b.name))) {
      const name = prefix + textOf(entry.name);
      const what = entry.isDirectory() ? 'folder' : 'file';
      if (entry.name[0] === 0x2e) {
        pass(name, `hidden ${what}`, 'its name begins with a dot');
      } else if (!isUtf8(entry.name)) {
        pass(name, `odd name of a ${what}`, 'its name is not UTF-8; rename it');
      } else {
        const at = join(path, entry.name.toString());
        if (entry.isDirectory()) enter(at, join(truth, entry.name.toString()), `${name}/`);
        else if (entry.isSymbolicLink()) follow(at, truth, name);
        else if (entry.isFile()) files.push({ path: at, name });
        else pass(name, 'special file', SPECIAL);
      }
    }
  };

  const follow = (path: string, holder: string, name: string): void => {
    let target: Stats;
    let truth: string;
    try {
      target = statSync(path);
      truth = realpathSync(path);
    } catch (thrown) {
      return pass(name, 'broken link', `it leads nowhere (${codeOf(thrown)})`);
    }
    if (target.isFile()) return void files.push({ path, name });
    if (!target.isDirectory()) return pass(name, 'special file', SPECIAL);
    if (isWithin(holder, truth))
      return pass(name, 'linked folder', 'it leads back to a folder that it lies in');
    if (visited.has(truth) || roots.some((root) => isWithin(truth, root) || isWithin(root, truth)))
      return pass(name, 'linked folder', 'what it leads to is read already');
    roots.push(truth);
    enter(path, truth, `${name}/`);
  };

  enter(folder, real, '');
  return { files: files.sort((a, b) => (a.name < b.name ? -1 : 1)), leftOut };
}

/** True if `path` is the folder `parent` or lies in it. */
function isWithin(path: string, parent: string): boolean {
  return path === parent || path.startsWith(parent.endsWith(sep) ? parent : parent + sep);
}

/** Text of a name; bytes that are no UTF-8 as `\xNN`. */
function textOf(name: Buffer): string {
  if (isUtf8(name)) return name.toString();
  return [...name]
    .map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`))
    .join('');
}

function codeOf(thrown: unknown): string {
  return (thrown as NodeJS.ErrnoException).code ?? 'unknown reason';
}
