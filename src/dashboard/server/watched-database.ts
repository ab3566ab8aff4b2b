/**
 * A database that is watched for changes, whoever makes them: `PRAGMA data_version` differs once another connection has
 * committed, and another file may take the place of this one. Where a copy is read, since the file is of an earlier version or
 * cannot be written to, it is made anew from time to time.
 *
 * Source: https://www.sqlite.org/pragma.html#pragma_data_version
 */
import { statSync } from 'node:fs';
import { chooseExperiment, listExperiments, openStore, stampOf, type Store } from '../../store/index.js';
import type { DatabaseState } from './making/view-messages.js';

/** Changes of all databases so far: a version is the count at a database's last change, so that no two are confused. */
export interface ChangeCount {
  changes: number;
}

/** Milliseconds between two copies. */
const COPY_EVERY = 10_000;

export class WatchedDatabase {
  private store: Store | undefined;
  private file: string | undefined;
  private dataVersion: unknown;
  private version: number;
  private generation = 1;
  /** Of the file that the copy was made of, and when. */
  private copied = { stamp: '', at: 0 };

  /** Throws where it cannot be read or holds no experiment. */
  constructor(
    readonly path: string,
    private readonly count: ChangeCount,
  ) {
    this.version = count.changes;
    this.store = this.opened();
    // The same refusal as of other commands; any of several will do.
    if (listExperiments(this.store).length === 0) chooseExperiment(this.store);
    this.file = identityOf(path);
    this.dataVersion = versionIn(this.store);
  }

  get remarks(): readonly string[] {
    return this.store?.remarks ?? [];
  }

  get state(): DatabaseState {
    const { path, version, generation } = this;
    return { path, version, generation };
  }

  /** Looks for a change; true if there was one. A database that cannot be read now is left as it was. */
  look(): boolean {
    const file = identityOf(this.path);
    if (file === undefined) return false;
    if (file !== this.file || this.store === undefined) return this.reopen(file);
    if (this.store.copied) return this.isCopyOld() && this.reopen(file);
    const now = versionIn(this.store);
    if (now === this.dataVersion) return false;
    this.dataVersion = now;
    this.version = ++this.count.changes;
    return true;
  }

  close(): void {
    this.store?.close();
    this.store = undefined;
  }

  private opened(): Store {
    this.copied = { stamp: stampOf(this.path), at: performance.now() };
    return openStore(this.path, 'read');
  }

  private isCopyOld(): boolean {
    const { stamp, at } = this.copied;
    return performance.now() - at >= COPY_EVERY && stampOf(this.path) !== stamp;
  }

  private reopen(file: string): boolean {
    this.close();
    try {
      this.store = this.opened();
      this.dataVersion = versionIn(this.store);
    } catch {
      return false;
    }
    this.file = file;
    this.generation++;
    this.version = ++this.count.changes;
    return true;
  }
}

function versionIn(store: Store): unknown {
  return store.statement('PRAGMA data_version').pluck().get();
}

/** Differs for another file under the same name; undefined where there is none. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev} ${found.ino} ${found.birthtimeMs}`;
}
