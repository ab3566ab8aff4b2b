/**
 * The views by their name; each is loaded when it is asked for first.
 */
import type { ExperimentRow, Store } from '../../../store/index.js';
import type { SummaryView } from '../../views/types.js';
import type { ViewName } from '../routes.js';

export interface ViewContext {
  readonly store: Store;
  readonly row: ExperimentRow;
  readonly databases: SummaryView['databases'];
  /** Of a candidate, or index of a picture. */
  readonly number: number;
  /** The candidates to give; null: all. */
  readonly changed: readonly number[] | null;
}

/** JSON, or the bytes of a picture. */
type Made = object | Uint8Array | null;
type View = (...given: readonly unknown[]) => Made | Promise<Made>;

const FILES: Readonly<Record<ViewName, readonly [string, string]>> = {
  summary: ['summary', 'summaryView'],
  candidates: ['candidates', 'candidatesView'],
  lineage: ['lineage', 'lineageView'],
  genes: ['genes', 'genesView'],
  trust: ['trust', 'trustView'],
  runs: ['runs', 'runsView'],
  scans: ['scans', 'scansView'],
  candidate: ['candidate', 'candidateView'],
  why: ['why', 'whyView'],
  'scan picture': ['pictures', 'scanPicture'],
  'batch picture': ['pictures', 'batchPicture'],
};

/** Undefined where there is no such view yet. */
export async function loadView(name: ViewName): Promise<View | undefined> {
  const [file, member] = FILES[name];
  const url = new URL(`../../views/${file}.js`, import.meta.url).href;
  const module = (await import(url).catch(() => ({}))) as Record<string, View | undefined>;
  return module[member];
}

/** The parameters of a view after the store and the experiment. */
export function parametersOf(
  name: ViewName,
  { databases, number, changed }: ViewContext,
): readonly unknown[] {
  if (name === 'summary') return [databases];
  if (name === 'candidates' || name === 'lineage') return changed === null ? [] : [changed];
  if (name === 'genes' || name === 'trust' || name === 'runs' || name === 'scans') return [];
  return [number];
}
