/**
 * After the compiler: removes what it made of sources that are gone or moved, which would go into the package, and makes
 * the command executable, as npm does only for installed packages. The page is built by Vite, which empties its own folder.
 */
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join, relative } from 'node:path';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const page = join(dist, 'src/dashboard/page');
for (const folder of ['src', 'bench', 'search-spaces', 'proxy-tasks']) {
  for (const entry of readdirSync(join(dist, folder), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const source = join(root, relative(dist, path)).replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
    if (entry.isFile() && !path.startsWith(page) && !existsSync(source)) rmSync(path);
  }
}
chmodSync(join(dist, 'src/cli/main.js'), 0o755);
