/** Which database and which of its experiments the page shows, where the server offers several: part of the address. */
import { useEffect, useState } from 'preact/hooks';

export interface Route {
  /** First part of the address after `#/`: `overview`, `candidate` … */
  readonly view: string;
  /** What follows: `12` of `#/candidate/12`. */
  readonly argument: string | null;
  /** `db` and `experiment`, and what a view keeps of itself. */
  readonly query: URLSearchParams;
}

/** The route of an address's hash; the overview for an empty one. */
export function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [view = '', argument] = path.split('/');
  return {
    view: view === '' ? 'overview' : view,
    argument: argument === undefined || argument === '' ? null : decoded(argument),
    query: new URLSearchParams(query),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Address of a view, in the database and experiment that are shown now: `#/candidate/12?db=1`. */
export function linkTo(path: string, query: Readonly<Record<string, string>> = {}): string {
  const kept = new URLSearchParams(query);
  for (const [key, value] of selected(routeOf(location.hash).query)) kept.set(key, value);
  const text = kept.toString();
  return `#/${path}${text === '' ? '' : `?${text}`}`;
}

/** `db` and `experiment` of a query, where they are given. */
export function selected(query: URLSearchParams): [string, string][] {
  return ['db', 'experiment'].flatMap((key) => {
    const value = query.get(key);
    return value === null ? [] : [[key, value] as [string, string]];
  });
}

export function goTo(path: string, query: Readonly<Record<string, string>> = {}): void {
  location.hash = linkTo(path, query);
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const follow = () => setRoute(routeOf(location.hash));
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return route;
}
