/**
 * Computes views and turns them into answers. What fails becomes an answer of one line: the page shows it, nobody's stack.
 */
import { gzipSync } from 'node:zlib';
import {
  findExperiment,
  listExperiments,
  openStore,
  type ExperimentRow,
  type Store,
} from '../../../store/index.js';
import { loadView } from '../../views/by-name.js';
import type { Changes, SummaryView } from '../../views/types.js';
import { ChangedNumbers } from './changed-numbers.js';
import { etagOf, JSON_TYPE, problemAnswer, type Answer } from '../answer.js';
import type { ViewQuery } from '../routes.js';
import { openingProblem, problemOf } from './problem.js';
import type { DatabaseState } from './view-messages.js';

interface Open {
  readonly generation: number;
  readonly store: Store;
  readonly changed: Map<number, ChangedNumbers>;
}

/** Bytes above which compressing pays. */
const WORTH_ZIPPING = 1024;

export class ViewMaker {
  private readonly open = new Map<number, Open>();

  /** Never throws. */
  async answer(query: ViewQuery, databases: readonly DatabaseState[]): Promise<Answer> {
    try {
      return await this.make(query, databases);
    } catch (error) {
      return problemOf(error, databases[query.database]?.path ?? '');
    }
  }

  private async make(query: ViewQuery, databases: readonly DatabaseState[]): Promise<Answer> {
    const view = await loadView(query.view);
    const state = databases[query.database];
    if (state === undefined) return problemAnswer(404, `there is no database ${query.database}`);
    let open: Open;
    try {
      open = this.opened(query.database, state);
    } catch (error) {
      return openingProblem(error);
    }
    const { store, changed: trackers } = open;
    const row = experimentOf(store, query.experiment);
    if (row === undefined) return problemAnswer(404, 'the database holds no such experiment');
    const { made, changes } = store.snapshot(() => {
      const changes = columns.has(query.view) ? changesOf(store, row, { trackers, state, query }) : null;
      const context = {
        store,
        row,
        databases: query.view === 'summary' ? this.described(databases) : [],
        number: query.number ?? 0,
        changed: changes?.numbers ?? null,
      };
      // Boxed: a transaction returns no promise.
      return { made: view(context), changes: changes?.changes };
    });
    return answerOf(await made, changes);
  }

  close(): void {
    for (const { store } of this.open.values()) store.close();
    this.open.clear();
  }

  private opened(index: number, { path, generation }: DatabaseState): Open {
    const known = this.open.get(index);
    if (known?.generation === generation) return known;
    this.open.delete(index);
    known?.store.close();
    const fresh = { generation, store: openStore(path, 'read'), changed: new Map<number, ChangedNumbers>() };
    this.open.set(index, fresh);
    return fresh;
  }

  private described(databases: readonly DatabaseState[]): SummaryView['databases'] {
    return databases.map((state, index) => ({
      index,
      path: state.path,
      experiments: this.names(index, state),
    }));
  }

  /** Empty where the database cannot be read now. */
  private names(index: number, state: DatabaseState): readonly string[] {
    try {
      return listExperiments(this.opened(index, state).store).map(({ name }) => name);
    } catch {
      return [];
    }
  }
}

const columns: ReadonlySet<string> = new Set(['candidates', 'lineage']);

function experimentOf(store: Store, name: string | null): ExperimentRow | undefined {
  return name === null ? listExperiments(store)[0] : findExperiment(store, name);
}

interface Asked {
  readonly trackers: Map<number, ChangedNumbers>;
  readonly state: DatabaseState;
  readonly query: ViewQuery;
}

function changesOf(
  store: Store,
  row: ExperimentRow,
  { trackers, state, query }: Asked,
): { readonly changes: Changes; readonly numbers: readonly number[] | null } {
  const tracker = trackers.get(row.id) ?? new ChangedNumbers(row.id);
  trackers.set(row.id, tracker);
  tracker.advance(store, state.version);
  const numbers = query.since === null ? null : tracker.since(query.since);
  return { changes: { version: state.version, since: numbers === null ? null : query.since }, numbers };
}

function answerOf(made: object | Uint8Array, changes: Changes | undefined): Answer {
  if (made instanceof Uint8Array)
    return { status: 200, type: 'image/png', body: made, zipped: false, etag: etagOf(made) };
  const body = Buffer.from(JSON.stringify(changes === undefined ? made : { changes, ...made }));
  const zipped = body.length > WORTH_ZIPPING;
  return {
    status: 200,
    type: JSON_TYPE,
    body: zipped ? gzipSync(body, { level: 1 }) : body,
    zipped,
    etag: etagOf(body),
  };
}
