/**
 * The tables as Parquet files, typed: integers of 64 bits, doubles, text.
 */
import { parquetWriteBuffer, type BasicType, type ColumnSource } from 'hyparquet-writer';
import { version } from '../../core/version.js';
import type { ExperimentRow, Store } from '../../store/index.js';
import { rowsOf, TABLES, type Cell, type ColumnType } from './tables.js';

const TYPES = {
  integer: 'INT64',
  number: 'DOUBLE',
  text: 'STRING',
  // Marked as JSON, it would be read as objects by some readers and as text by others.
  json: 'STRING',
} as const satisfies Record<ColumnType, BasicType>;

/** Contents of the files, by name. */
export function parquetFiles(store: Store, row: ExperimentRow): Record<string, Uint8Array> {
  return Object.fromEntries(
    TABLES.map((table) => {
      const values: (Cell | bigint)[][] = table.columns.map(() => []);
      for (const cells of rowsOf(store, row, table)) {
        for (const [i, { type }] of table.columns.entries()) {
          const cell = cells[i] ?? null;
          values[i]?.push(type === 'integer' && cell !== null ? BigInt(cell) : cell);
        }
      }
      const columnData = table.columns.map(({ name, type }, i): ColumnSource => ({
        name,
        type: TYPES[type],
        data: values[i] ?? [],
      }));
      const bytes = parquetWriteBuffer({
        columnData,
        createdBy: `voxolve version ${version}`,
        kvMetadata: [{ key: 'voxolve.experiment', value: row.name }],
      });
      return [`${table.name}.parquet`, new Uint8Array(bytes)];
    }),
  );
}
