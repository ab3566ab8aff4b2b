/**
 * A search goes on as the same search: with another version of voxolve only where that derives the decisions made so far.
 */
import { UserError } from '../core/errors.js';
import type { Prepared } from '../experiment/prepare.js';
import type { Experiment, Store } from '../store/index.js';
import { verifyStudy } from '../study/index.js';
import { plural } from './format.js';
import { note } from './output.js';
import { assessmentOf, besideOf, strategyOf } from './run-search.js';
import { version } from './version.js';

/** Throws a `UserError` where the experiment's log does not follow from its own results by this version. */
export function requireSameDecisions(store: Store, row: Experiment, prepared: Prepared): void {
  if (row.version === version) return;
  const { checked, discrepancies } = verifyStudy(store, row, {
    strategy: strategyOf(prepared),
    assess: assessmentOf(prepared),
    ...besideOf(prepared),
  });
  const [first] = discrepancies;
  if (first !== undefined) {
    throw new UserError({
      subject: store.path,
      problem: `voxolve ${row.version} began this search, and version ${version} decides otherwise (candidate ${first.candidate}: ${first.what})`,
      fix: `resume it with voxolve ${row.version}, or start a new search with another --db`,
    });
  }
  note(
    `begun by voxolve ${row.version}; this is ${version}, and ${plural(checked, 'decision')} derived anew are as recorded`,
  );
}
