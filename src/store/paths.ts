/**
 * Where a database's other files lie: in a folder beside it.
 */

/** Holds the weights files and the writer's lock. */
export function artifactFolder(path: string): string {
  return `${path}.artifacts`;
}
