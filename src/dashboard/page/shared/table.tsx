/** A table with a caption, sorted by its headings, copied as CSV. Shows `first` rows until more are asked for. */
import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { copyOrSave, csv, type Cell } from './csv.js';

export interface Column<Row> {
  readonly title: string;
  /** What is sorted by and copied. */
  readonly value: (row: Row) => Cell;
  /** What is shown; the value where absent. */
  readonly show?: (row: Row) => ComponentChildren;
  /** Columns that are copied behind it and not shown, such as the ends of an interval. */
  readonly copied?: readonly { readonly title: string; readonly value: (row: Row) => Cell }[];
}

interface Props<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly first?: number;
}

export function Table<Row>({ caption, columns, rows, first = 50 }: Props<Row>) {
  const [sort, setSort] = useState<{ readonly column: number; readonly down: boolean } | null>(null);
  const [shown, setShown] = useState(first);
  const all = columns.flatMap((column) => [column, ...(column.copied ?? [])]);
  const sorted = useMemo(() => {
    const column = sort === null ? undefined : columns[sort.column];
    if (sort === null || column === undefined) return rows;
    return [...rows].sort((a, b) => order(column.value(a), column.value(b)) * (sort.down ? -1 : 1));
  }, [rows, sort, columns]);
  const next = (column: number) =>
    setSort(sort?.column !== column ? { column, down: false } : sort.down ? null : { column, down: true });
  return (
    <div class="table">
      <div class="table-scroll" tabIndex={0} role="region" aria-label={`Table: ${caption}`}>
        <table>
          <caption>{caption}</caption>
          <thead>
            <tr>
              {columns.map(({ title }, index) => (
                <th
                  key={title}
                  scope="col"
                  aria-sort={sort?.column !== index ? 'none' : sort.down ? 'descending' : 'ascending'}
                >
                  <button type="button" class="sort" onClick={() => next(index)}>
                    {title}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, shown).map((row, index) => (
              <tr key={index}>
                {columns.map(({ title, value, show }) => (
                  <td key={title} class={typeof value(row) === 'number' ? 'numeric' : undefined}>
                    {show === undefined ? value(row) : show(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="tools">
        {shown < rows.length && (
          <button type="button" onClick={() => setShown(shown + 10 * first)}>
            {`Show more of ${rows.length}`}
          </button>
        )}
        <CopyButton
          fileName={`${caption}.csv`}
          text={() =>
            csv(
              all.map(({ title }) => title),
              sorted.map((row) => all.map(({ value }) => value(row))),
            )
          }
        />
      </div>
    </div>
  );
}

/** Copies what `text` gives; says what happened. */
export function CopyButton({
  text,
  fileName,
  label = 'Copy as CSV',
}: {
  readonly text: () => string;
  readonly fileName: string;
  readonly label?: string;
}) {
  const [said, setSaid] = useState<string | null>(null);
  const copy = () => {
    void copyOrSave(text(), fileName).then((what) => {
      setSaid(what === 'copied' ? 'Copied' : 'Saved');
      setTimeout(() => setSaid(null), 2000);
    });
  };
  return (
    <button type="button" onClick={copy} aria-live="polite">
      {said ?? label}
    </button>
  );
}

/** Absent values last. */
function order(a: Cell, b: Cell): number {
  if (a === null || a === undefined) return b === null || b === undefined ? 0 : 1;
  if (b === null || b === undefined) return -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}
