/**
 * Permissions do not bind root: tests of what may not be written run their processes as somebody else there.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Options of `spawn` for a process that permissions bind: the user `nobody` where tests run as root. */
export const somebody: { readonly uid?: number; readonly gid?: number } =
  process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** False where such a process cannot run voxolve, since it may not look into the repository's folder. */
export const somebodyCanRun: boolean =
  spawnSync(process.execPath, ['-e', `require('node:fs').readdirSync(${JSON.stringify(repository)})`], {
    ...somebody,
    cwd: '/',
  }).status === 0;

if (!somebodyCanRun)
  console.warn(`nobody may look into ${repository}: tests of read-only folders are skipped`);
