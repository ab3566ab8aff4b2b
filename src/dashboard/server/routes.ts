/**
 * From a path to what is asked for.
 */
import type { ViewName } from '../views/by-name.js';
import { pathOf, queryOf } from './access/refusal.js';

const LISTS = ['summary', 'candidates', 'lineage', 'genes', 'trust', 'scans', 'predictions', 'runs'] as const;

/** A view, of which search, and of what in it. */
export interface ViewQuery {
  readonly view: ViewName;
  /** Place of the database on the command line. */
  readonly database: number;
  /** Null: the first of the database. */
  readonly experiment: string | null;
  /** Number of a candidate, or index of a picture. */
  readonly number: number | null;
  /** Version of the answer that the asker holds. */
  readonly since: number | null;
}

export type Route =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'events'; readonly database: number | null }
  | { readonly kind: 'view'; readonly query: ViewQuery }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'malformed'; readonly problem: string };

export function routeOf(url: string): Route {
  const path = pathOf(url);
  if (!path.startsWith('/api/')) return { kind: 'file', path };
  const query = queryOf(url);
  const database = wholeNumber(query.get('db') ?? '0');
  if (database === null) return { kind: 'malformed', problem: 'db must be a whole number' };
  if (path === '/api/events') return { kind: 'events', database: query.has('db') ? database : null };
  const asked = viewOf(path);
  if (asked === null) return { kind: 'nothing' };
  const since = query.get('since') === null ? null : wholeNumber(query.get('since') ?? '');
  return { kind: 'view', query: { ...asked, database, experiment: query.get('experiment'), since } };
}

function viewOf(path: string): Pick<ViewQuery, 'view' | 'number'> | null {
  const list = LISTS.find((name) => path === `/api/${name}`);
  if (list !== undefined) return { view: list, number: null };
  const [, folder, digits = '', rest] =
    /^\/api\/(candidates|scans|batches)\/(\d+)(\/why|\.png|\/(?:answer|prediction)\.png)?$/.exec(path) ?? [];
  const view = (
    {
      candidates: 'candidate',
      'candidates/why': 'why',
      'scans.png': 'scan picture',
      'batches.png': 'batch picture',
      'batches/answer.png': 'answer picture',
      'batches/prediction.png': 'prediction picture',
    } as const
  )[`${folder}${rest ?? ''}` as 'candidates'] as ViewName | undefined;
  const number = wholeNumber(digits);
  return view === undefined || number === null ? null : { view, number };
}

function wholeNumber(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
