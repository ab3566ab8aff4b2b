/**
 * A search on the screen, from its first line to its summary: what `search` and `resume` share.
 */
import type { RunOptions, SearchEvent } from '../api/events.js';
import type { SearchOutcome } from '../api/search.js';
import { summary } from '../api/status.js';
import { interruptible } from './interrupt.js';
import { print, printJson } from './views/output.js';
import { SearchView } from './views/search-view.js';
import { statusJson } from './views/status-json.js';
import { summaryText } from './views/summary.js';

/** An interrupted run exits with 130, as shells expect after Ctrl-C. */
export async function runOnScreen(
  start: (run: RunOptions<SearchEvent>) => Promise<SearchOutcome>,
  json: boolean,
): Promise<void> {
  const view = new SearchView();
  const outcome = await interruptible(
    () => view.remark('stopping; the search can be resumed (press Ctrl-C again to leave at once)'),
    ({ signal, begin }) =>
      start({
        signal,
        onEvent: (event) => {
          if (event.kind === 'replayed') begin();
          view.show(event);
        },
      }),
  ).finally(() => view.close());
  const { completed, database, experiment } = outcome;
  if (!completed) process.exitCode = 130;
  const state = await summary({ database, experiment });
  if (json) printJson({ ...statusJson(state), completed, database });
  else print(summaryText(state, completed));
}
