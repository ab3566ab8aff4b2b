/**
 * The views by their name, each loaded when it is asked for first: the server and the report take them from here.
 */
import type { ExperimentRow, Store } from '../../store/index.js';
import type { SummaryView } from './types.js';

/** What a view is made of besides the database and the experiment. */
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
type Made = object | Uint8Array;
export type View = (context: ViewContext) => Made | Promise<Made>;

const LOADERS = {
  summary: async () => {
    const { summaryView } = await import('./summary.js');
    return ({ store, row, databases }) => summaryView(store, row, databases);
  },
  candidates: async () => {
    const { candidatesView } = await import('./candidates.js');
    return ({ store, row, changed }) => candidatesView(store, row, changed);
  },
  lineage: async () => {
    const { lineageView } = await import('./lineage.js');
    return ({ store, row, changed }) => lineageView(store, row, changed);
  },
  genes: async () => {
    const { genesView } = await import('./genes.js');
    return ({ store, row }) => genesView(store, row);
  },
  trust: async () => {
    const { trustView } = await import('./trust.js');
    return ({ store, row }) => trustView(store, row);
  },
  runs: async () => {
    const { runsView } = await import('./runs.js');
    return ({ store, row }) => runsView(store, row);
  },
  scans: async () => {
    const { scansView } = await import('./scans.js');
    return ({ store, row }) => scansView(store, row);
  },
  candidate: async () => {
    const { candidateView } = await import('./candidate.js');
    return ({ store, row, number }) => candidateView(store, row, number);
  },
  why: async () => {
    const { whyView } = await import('./why.js');
    return ({ store, row, number }) => whyView(store, row, number);
  },
  'scan picture': async () => {
    const { scanPicture } = await import('./scans.js');
    return ({ store, row, number }) => scanPicture(store, row, number);
  },
  'batch picture': async () => {
    const { batchPicture } = await import('./scans.js');
    return ({ store, row, number }) => batchPicture(store, row, number);
  },
  predictions: async () => {
    const { predictionsView } = await import('./predictions.js');
    return ({ store, row }) => predictionsView(store, row);
  },
  'answer picture': async () => {
    const { answerSheet } = await import('./predictions.js');
    return ({ store, row, number }) => answerSheet(store, row, number);
  },
  'prediction picture': async () => {
    const { predictionSheet } = await import('./predictions.js');
    return ({ store, row, number }) => predictionSheet(store, row, number);
  },
} satisfies Readonly<Record<string, () => Promise<View>>>;

export type ViewName = keyof typeof LOADERS;

export function loadView(name: ViewName): Promise<View> {
  return LOADERS[name]();
}
