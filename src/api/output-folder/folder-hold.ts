/**
 * Holds the folder that a command writes for one process: two would take each other's checkpoints away.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UNFINISHED } from '../../core/atomic-write.js';
import { storageFailure } from '../../store/failure.js';
import { lockFile, type Lock } from '../../store/lock.js';

/** An empty file that the process which writes to the folder holds. */
export const LOCK = '.lock';

export class FolderHold {
  private lock: Lock | undefined;

  constructor(
    private readonly folder: string,
    /** What is done to the folder, for messages. */
    private readonly doing: 'fine-tuning' | 'pretraining',
  ) {}

  /**
   * Makes the folder where it is absent, and removes what a process that was killed left half-written. Throws `UserError` where
   * another process holds it.
   */
  take(): void {
    if (this.lock !== undefined) return;
    mkdirSync(this.folder, { recursive: true });
    try {
      this.lock = lockFile(join(this.folder, LOCK), {
        subject: this.folder,
        problem: `another voxolve process is ${this.doing} into it`,
        fix: 'wait until it ends or stop it, or name another folder with -o',
      });
    } catch (error) {
      throw storageFailure(this.folder, error);
    }
    removeUnfinished(this.folder);
  }

  release(): void {
    this.lock?.release();
    this.lock = undefined;
  }
}

function removeUnfinished(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith(UNFINISHED)) rmSync(join(folder, name), { recursive: true, force: true });
}
