/**
 * Files of this package that are no code: where they lie. Compiled code lies one folder deeper than sources, and the
 * compiler copies nothing else, so paths are counted from the package's root.
 */
import { existsSync } from 'node:fs';

/** URL of the folder of `package.json`, with a slash at its end. */
const root = rootAbove(new URL('./', import.meta.url));

/** URL of a file or folder of the package, from a path such as `python/heads.py`. It may not exist. */
export function packageFile(path: string): URL {
  return new URL(path, root);
}

function rootAbove(folder: URL): URL {
  if (existsSync(new URL('package.json', folder))) return folder;
  const above = new URL('../', folder);
  if (above.href === folder.href) throw new Error(`no package.json above ${import.meta.url}`);
  return rootAbove(above);
}
