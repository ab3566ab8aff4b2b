/** The files of a folder at any depth, in an order that does not depend on the machine; links are listed, never followed. */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Listed {
  readonly path: string;
  /** False for links, sockets and the like. */
  readonly isFile: boolean;
}

export function listFiles(path: string): Listed[] {
  const stats = lstatSync(path);
  if (!stats.isDirectory()) return [{ path, isFile: stats.isFile() }];
  const names = namesIn(path);
  // A folder that cannot be read is listed itself, and fails as a file that cannot be read does.
  if (names === null) return [{ path, isFile: true }];
  return names.flatMap((name) => listFiles(join(path, name)));
}

function namesIn(folder: string): string[] | null {
  try {
    return readdirSync(folder).sort((a, b) => (a < b ? -1 : 1));
  } catch {
    return null;
  }
}
