/** Where the package `node-av` is, which brings FFmpeg with it, and the programs beside this file that use it. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Advice where it is missing. */
export const INSTALL = 'npm install node-av';

/** The file to import it from: in the folder VOXOLVE_NODE_AV, in the user's project, then next to voxolve; null if nowhere. */
export function nodeAvEntry(): string | null {
  const named = process.env['VOXOLVE_NODE_AV'];
  const folders = [...(named === undefined ? [] : [named]), process.cwd()];
  for (const base of [...folders.map((folder) => join(folder, 'package.json')), import.meta.url]) {
    try {
      return createRequire(base).resolve('node-av');
    } catch {
      continue; // not installed here; the next place may have it
    }
  }
  return null;
}

/** Path of a program next to this file, or of its built version if a test runs the sources. */
export function processBeside(name: string): string {
  const beside = fileURLToPath(new URL(name, import.meta.url));
  return existsSync(beside) ? beside : beside.replace(`${sep}src${sep}`, `${sep}dist${sep}src${sep}`);
}

/** Imports those of its parts that are needed, without those that are not, such as WebRTC. */
export async function importNodeAv(entry: string): Promise<object> {
  const load = async (name: string): Promise<object> =>
    (await import(pathToFileURL(join(dirname(entry), name, 'index.js')).href)) as object;
  return { ...(await load('lib')), ...(await load('constants')), ...(await load('api')) };
}
