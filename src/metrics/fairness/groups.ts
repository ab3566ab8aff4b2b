/**
 * Groups of rows by a sensitive attribute.
 */
export interface Group {
  readonly name: string;
  /** Rows of the group. */
  readonly rows: readonly number[];
}

/** Groups by name, in ascending order; rows whose value is null or empty, which is missing, are of none. */
export function groupsOf(values: readonly (string | null)[]): readonly Group[] {
  const groups = new Map<string, number[]>();
  values.forEach((value, row) => {
    if (value === null || value === '') return;
    const rows = groups.get(value);
    if (rows === undefined) groups.set(value, [row]);
    else rows.push(row);
  });
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, rows]) => ({ name, rows }));
}
