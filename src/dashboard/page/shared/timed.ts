/** Marks on the browser's timeline, by which drawing is measured: `performance.getEntriesByName('lineage-draw')`. */
export function timed<T>(name: string, work: () => T): T {
  const start = performance.now();
  const result = work();
  performance.measure(name, { start });
  return result;
}
