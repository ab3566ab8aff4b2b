/**
 * A search as flat tables: those of its database (docs/trust.md), joined by the candidate's number, without the keys of SQLite.
 */
import type { ExperimentRow, Store } from '../../store/index.js';

/** `json` is canonical JSON as text; `integer` may exceed 32 bits. */
export type ColumnType = 'integer' | 'number' | 'text' | 'json';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** SQL of its value. */
  readonly from: string;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** SQL from `FROM` on; the experiment's id is its parameter. */
  readonly source: string;
}

export type Cell = string | number | null;

const integer = (name: string, from = name): Column => ({ name, type: 'integer', from });
const number = (name: string, from = name): Column => ({ name, type: 'number', from });
const text = (name: string, from = name): Column => ({ name, type: 'text', from });
const json = (name: string, from = name): Column => ({ name, type: 'json', from });

const candidate = integer('candidate', 'candidates.number');
/** What tells an evaluation from the others of its candidate. */
const evaluation = [
  candidate,
  text('purpose'),
  integer('rung', 'evaluations.rung'),
  integer('seed', 'evaluations.seed'),
];
const OF_EVALUATION = `JOIN evaluations ON evaluations.id = evaluation
  JOIN candidates ON candidates.id = evaluations.candidate WHERE experiment = ?`;

export const TABLES: readonly Table[] = [
  {
    name: 'candidates',
    columns: [
      candidate,
      integer('rung'),
      text('status'),
      number('score'),
      integer('params'),
      integer('macs'),
      number('latency'),
      text('genome_hash'),
      json('genome'),
    ],
    source: 'FROM candidates WHERE experiment = ? ORDER BY number',
  },
  {
    name: 'parents',
    columns: [candidate, integer('parent', 'elders.number'), text('role')],
    source: `FROM candidate_parents JOIN candidates ON candidates.id = candidate
      JOIN candidates AS elders ON elders.id = parent
      WHERE candidates.experiment = ? ORDER BY candidates.number, elders.number, role`,
  },
  {
    name: 'mutations',
    columns: [candidate, text('kind'), text('path'), json('before'), json('after')],
    source: `FROM mutations JOIN candidates ON candidates.id = candidate
      WHERE experiment = ? ORDER BY number, mutations.id`,
  },
  {
    name: 'evaluations',
    columns: [
      ...evaluation,
      integer('steps'),
      text('status', 'evaluations.status'),
      number('score', 'evaluations.score'),
      text('ended'),
      number('seconds'),
      text('finished_at'),
      integer('peak_bytes'),
      text('engine'),
      text('device'),
      text('processor_class'),
      text('worker'),
      integer('attempts'),
      text('error'),
      text('artifact'),
    ],
    source: `FROM evaluations JOIN candidates ON candidates.id = candidate
      WHERE experiment = ? ORDER BY number, purpose, evaluations.rung, evaluations.seed`,
  },
  {
    name: 'curves',
    columns: [...evaluation, text('name'), integer('step'), number('value')],
    source: `FROM curves ${OF_EVALUATION} ORDER BY number, purpose, evaluations.rung, evaluations.seed, name, step`,
  },
  {
    name: 'probes',
    columns: [...evaluation, text('name'), number('value'), number('low'), number('high')],
    source: `FROM probes ${OF_EVALUATION} ORDER BY number, purpose, evaluations.rung, evaluations.seed, name`,
  },
];

/** Rows of a table, read while they are used. */
export function rowsOf(
  store: Store,
  { id }: ExperimentRow,
  { columns, source }: Table,
): Iterable<readonly Cell[]> {
  const list = columns.map(({ name, from }) => `${from} AS ${name}`).join(', ');
  return store.statement(`SELECT ${list} ${source}`).raw().iterate(id) as Iterable<readonly Cell[]>;
}
