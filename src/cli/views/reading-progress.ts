/** Shows the number of scans read so far on one line of a terminal that redraws itself; nothing elsewhere. */
export function showReading({
  done,
  total,
  name,
}: {
  readonly done: number;
  readonly total: number;
  readonly name: string;
}): void {
  if (process.stderr.isTTY !== true) return;
  process.stderr.write(done === total ? '\r\x1b[K' : `\r\x1b[Kreading scans ${done + 1}/${total} ${name}`);
}
