/**
 * What the page of a report loads, by path: every list, and the pages of the candidates that matter most. Pictures of scans stay out: a
 * report is made to be passed on.
 */
import { UserError } from '../../core/errors.js';
import type { ExperimentRow, Store } from '../../store/index.js';
import { bestCandidates } from '../../store/index.js';
import { loadView, type ViewName } from '../views/by-name.js';
import type { CandidatesView, CandidateView, LineageView, SummaryView } from '../views/types.js';
import { withThinCurves } from './thinned.js';

const LISTS = ['summary', 'candidates', 'lineage', 'genes', 'trust', 'runs'] as const;

/** Candidates with pages of their own, besides those on the winner's path: all of a small search, else the best. */
const SMALL = 64;
const TOP = 20;

/** Candidates at the end of the winner's path of which the report says why they exist. */
const EXPLAINED = 10;

/** Numbers of candidates on a path that get a page: its beginning may be long. */
const LONGEST_PATH = 50;

export interface ReportData {
  /** Answers by path, as the server would give them. */
  readonly answers: Readonly<Record<string, unknown>>;
  /** Why pages of candidates could not be made (a plug-in that is gone …); null where all were. */
  readonly leftOut: string | null;
}

/** Pages of candidates that cannot be made are left out. */
export async function reportData(
  store: Store,
  row: ExperimentRow,
  winnerPath: LineageView['winnerPath'],
): Promise<ReportData> {
  const databases: SummaryView['databases'] = [{ index: 0, path: store.path, experiments: [row.name] }];
  const answers: Record<string, unknown> = {};
  const add = async (path: string, name: ViewName, number = 0): Promise<void> => {
    const view = await loadView(name);
    const answer = await view({ store, row, databases, number, changed: null });
    answers[path] = name === 'candidate' ? withThinCurves(answer as CandidateView) : answer;
  };
  for (const name of LISTS) await add(`/api/${name}`, name);
  const path = winnerPath.slice(-LONGEST_PATH);
  const { numbers } = answers['/api/candidates'] as CandidatesView;
  const chosen =
    numbers.length <= SMALL ? numbers : bestCandidates(store, row.id, TOP).map(({ number }) => number);
  let leftOut: string | null = null;
  try {
    for (const number of new Set([...path, ...chosen])) {
      await add(`/api/candidates/${number}`, 'candidate', number);
    }
    for (const number of path.slice(-EXPLAINED)) await add(`/api/candidates/${number}/why`, 'why', number);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    leftOut = error.message;
  }
  return { answers, leftOut };
}
