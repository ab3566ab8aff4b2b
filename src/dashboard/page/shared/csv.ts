/** Rows as CSV (RFC 4180), and what is saved or copied by the reader. */
export type Cell = string | number | boolean | null | undefined;

/** Lines ended by CR LF; a cell is quoted where it must be. Text that a spreadsheet would take for a formula gets a "'". */
export const csv = (header: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  [header, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');

function cell(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Offers `blob` to the reader as a file. */
export function save(blob: Blob, fileName: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName.replace(/[^\w.-]+/g, '-');
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** Copies text; where the browser refuses that, it is offered as a file. Returns what happened. */
export async function copyOrSave(text: string, fileName: string): Promise<'copied' | 'saved'> {
  try {
    await navigator.clipboard.writeText(text);
    return 'copied';
  } catch {
    save(new Blob([text], { type: 'text/csv' }), fileName);
    return 'saved';
  }
}
