/**
 * A search goes on as the same search: over the same scans, with the same code, and with another version of voxolve only
 * where that derives the decisions made so far.
 */
import { UserError } from '../core/errors.js';
import type { Prepared } from '../experiment/prepare.js';
import type { Experiment } from '../experiment/schema.js';
import type { Experiment as Row, Store } from '../store/index.js';
import { verifyStudy, type Verification } from '../study/index.js';
import { processor } from './calibration/kept.js';
import { plural } from './format.js';
import { note } from './output.js';
import { assessmentOf, besideOf, strategyOf } from './run-search.js';
import { version } from './version.js';

/** A search over other scans is another search. */
export function requireSameScans(row: Row, fingerprint: string, subject: string): void {
  if (row.scansFingerprint === fingerprint) return;
  throw new UserError({
    subject,
    problem: `the scans are not those that experiment ${row.name} began with (content, split or preprocessing differ)`,
    fix: 'restore them, or start a new search with another --db',
  });
}

/** A user's own space or task that was edited since would make it another search. */
export function requireSameCode(
  before: { readonly space: string; readonly proxyTask: string },
  now: { readonly space: string; readonly proxyTask: string },
  { space, proxyTask }: Experiment,
): void {
  const task = typeof proxyTask === 'string' ? proxyTask : proxyTask.name;
  const changed = before.space !== now.space ? space : before.proxyTask !== now.proxyTask ? task : null;
  if (changed === null) return;
  throw new UserError({
    subject: changed,
    problem: 'this file was changed since the search began, so the search would not be the same',
    fix: 'restore it, or start a new search with another --db',
  });
}

/** Derives every decision of an experiment anew, by its strategy and constraints as this version makes them. */
export function verifyPrepared(store: Store, row: Row, prepared: Prepared): Verification {
  return verifyStudy(store, row, {
    strategy: strategyOf(prepared),
    assess: assessmentOf(prepared),
    ...besideOf(prepared),
  });
}

/** Throws a `UserError` where the experiment's log does not follow from its own results by this version. */
export function requireSameDecisions(store: Store, row: Row, prepared: Prepared): void {
  if (row.version === version) return;
  const { checked, discrepancies } = verifyPrepared(store, row, prepared);
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

/** Says so where a search goes on, on a processor of another name than it began on. */
export function noteOtherProcessor({ processor: before, device }: Row): void {
  const here = processor();
  if (before === null || before === undefined || before === here || device !== 'cpu') return;
  note(
    `begun on ${before}, this is ${here}: where the two compute with different instructions, scores differ in their last ` +
      'bits from those that the search would have had there',
  );
}
