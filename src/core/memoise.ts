/**
 * Remembers what a pure function gave, for the arguments that came last.
 */

/** `keyOf`: equal for arguments with equal results. At most `limit` results are held; the oldest goes first. */
export function memoised<A, R>(compute: (argument: A) => R, keyOf: (argument: A) => string, limit: number) {
  const known = new Map<string, R>();
  return (argument: A): R => {
    const key = keyOf(argument);
    const before = known.get(key);
    if (before !== undefined) return before;
    const result = compute(argument);
    known.set(key, result);
    if (known.size > limit) known.delete(known.keys().next().value ?? '');
    return result;
  };
}
