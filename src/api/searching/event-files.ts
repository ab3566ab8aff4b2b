/**
 * Event files for TensorBoard that follow a search. They are a copy of what the database holds: that they cannot be written is said and
 * stops nothing.
 */
import { messageOf } from '../../core/errors.js';
import { LiveEventFiles } from '../../interop/tensorboard/folder.js';
import type { ExperimentRow, Store } from '../../store/index.js';
import type { Listener, SearchEvent } from '../events.js';

interface Watched {
  readonly store: Store;
  readonly row: ExperimentRow;
  readonly tensorboard?: string | undefined;
  readonly report: Listener<SearchEvent>;
}

/** The search's listener, which brings the files up to date where evaluations end, if the search has such files. */
export function reportedAsEventFiles({ store, row, tensorboard, report }: Watched): Listener<SearchEvent> {
  if (tensorboard === undefined) return report;
  const files = new LiveEventFiles(store, row, tensorboard);
  let said: string | null = null;
  return (event) => {
    report(event);
    if (!MOMENTS.includes(event.kind)) return;
    try {
      files.update();
      said = null;
    } catch (error) {
      const problem = messageOf(error);
      if (problem !== said) report({ kind: 'event files not written', folder: tensorboard, problem });
      said = problem;
    }
  };
}

/** When something new is in the database; `replayed` makes up for what an earlier run left out. */
const MOMENTS: readonly string[] = [
  'replayed',
  'finished',
  'auxiliary finished',
] satisfies readonly SearchEvent['kind'][];
