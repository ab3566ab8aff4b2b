/**
 * The state of a search as the page shows it first: what `status` tells, how far it is, who computed what, who waits for whom.
 */
import { resolvedFrom } from '../../api/open-experiment.js';
import { specFromJson } from '../../api/search-spec.js';
import { auxiliaryPlanOf, strategyOf } from '../../api/searching/study-plan.js';
import type { Status } from '../../api/status.js';
import type { Experiment } from '../../experiment/schema.js';
import { zeroCostNames } from '../../pretrain/zero-cost.js';
import {
  lastEvaluations,
  listExperiments,
  openNumbers,
  type ExperimentRow,
  type FinishedTuple,
  type OpenNumbers,
  type Store,
} from '../../store/index.js';
import { strategyOfStudy } from '../../study/index.js';
import { keptStatusOf } from './progress/kept-status.js';
import { secondsLeft } from './progress/pace.js';
import { stallsOf } from './progress/stalls.js';
import { timelineOf } from './progress/timeline.js';
import type { SummaryView } from './types.js';

/** Evaluations on the timeline, and by which the pace is told. */
const SPANS = 2000;
const PACE = 200;

/** Reads the database before it returns the promise. */
export function summaryView(
  store: Store,
  row: ExperimentRow,
  databases: SummaryView['databases'] = [alone(store)],
): Promise<SummaryView> {
  const read = store.snapshot(() => {
    const { status, sums } = keptStatusOf(store, row);
    const last = lastEvaluations(store, row.id, SPANS);
    return { status, last, secondsSpent: sums.seconds, numbers: openNumbers(store, row.id) };
  });
  return viewOf(store, row, databases, read);
}

interface Read {
  readonly status: Status;
  readonly last: readonly FinishedTuple[];
  readonly secondsSpent: number;
  readonly numbers: OpenNumbers;
}

async function viewOf(
  { path, remarks }: Store,
  row: ExperimentRow,
  databases: SummaryView['databases'],
  { status, last, secondsSpent: spent, numbers }: Read,
): Promise<SummaryView> {
  const { done, failed, infeasible } = status.candidates;
  const finished = done + failed + infeasible;
  return {
    databases,
    remarks,
    status,
    progress: {
      done: finished,
      wanted: row.candidates,
      secondsLeft: leftOf(row, status, Math.max(0, row.candidates - finished), last.slice(0, PACE)),
      secondsSpent: spent,
    },
    timeline: timelineOf(last, row.createdAt),
    stalls: status.state === 'finished' ? [] : await stalls(path, row, status, numbers),
  };
}

function leftOf(
  row: ExperimentRow,
  { state, winners }: Status,
  candidates: number,
  last: readonly FinishedTuple[],
): number | null {
  const plan = planOf(row);
  if (plan === undefined) return null;
  if (state === 'finished') return 0;
  const { done, wanted } = winners?.repetitions ?? { done: 0, wanted: 0 };
  // The best of an earlier stretch are chosen anew once all candidates are finished.
  const chosen = candidates === 0 && winners !== null;
  const repetitions = chosen ? Math.max(0, wanted - done) : plan.winners.candidates * plan.winners.seeds;
  return secondsLeft(last, { candidates, repetitions }, plan);
}

/** Undefined in databases of tests and of other programs, which may hold no experiment file. */
function planOf(row: ExperimentRow): Experiment | undefined {
  const { experiment } = specFromJson(row.spec) as Partial<ReturnType<typeof specFromJson>>;
  return experiment?.training === undefined ? undefined : experiment;
}

/** Empty where the experiment cannot be resolved here, such as one whose own files are elsewhere. */
async function stalls(
  path: string,
  row: ExperimentRow,
  { workers, state }: Status,
  { unfinished, running, undecided }: OpenNumbers,
): Promise<SummaryView['stalls']> {
  if (planOf(row) === undefined || undecided.length === 0) return [];
  const resolved = await resolvedFrom(row, path).catch(() => undefined);
  if (resolved === undefined) return [];
  // What a decision rests on is known without scores of any kind.
  const strategy = strategyOf(resolved, { names: zeroCostNames, score: () => 0 });
  const { stopping } = auxiliaryPlanOf(resolved);
  const stateOf = (number: number): string => {
    const worker = workers.find(({ candidates }) => candidates.includes(number));
    if (!unfinished.includes(number)) return 'is not decided itself';
    if (state !== 'running') return 'waits for the search to be resumed';
    if (worker !== undefined) return `is being evaluated by ${worker.name}`;
    return running.includes(number) ? 'is being evaluated' : 'waits to be evaluated';
  };
  const { seed, lookahead, candidates: wanted } = row;
  return stallsOf({
    strategy: strategyOfStudy(strategy, stopping),
    seed,
    lookahead,
    wanted,
    unfinished,
    undecided,
    stateOf,
  });
}

function alone(store: Store): SummaryView['databases'][number] {
  return { index: 0, path: store.path, experiments: listExperiments(store).map(({ name }) => name) };
}
