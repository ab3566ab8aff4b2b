/**
 * Paths of a database's other files, which lie next to it under its name.
 */

/** Holds the weights files and the writer's lock. */
export function artifactFolder(path: string): string {
  return `${path}.artifacts`;
}

/** SQLite's write-ahead log: the latest rows, until they are moved into the database itself. */
export function walPath(path: string): string {
  return `${path}-wal`;
}

/** SQLite's rollback journal: what an interrupted transaction has overwritten. */
export function journalPath(path: string): string {
  return `${path}-journal`;
}

/** All files that SQLite makes next to a database while it is open. */
export function companions(path: string): readonly string[] {
  return [walPath(path), `${path}-shm`, journalPath(path)];
}
