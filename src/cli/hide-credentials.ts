/**
 * Keeps a password that was typed as part of an address out of the machine's list of processes, from here on.
 */
import { holdsPassword } from '../api/worker.js';

export function hideCredentials(url: string | undefined): void {
  // Overwrites the command line that others see.
  if (url !== undefined && holdsPassword(url)) process.title = 'voxolve';
}
