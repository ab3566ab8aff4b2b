/**
 * Programs that tests compare with, where they are installed.
 */
import { execFileSync } from 'node:child_process';

/** Whether a program runs and says its version. */
export function isInstalled(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}
