/**
 * A search goes on as the same search: over the same scans, with the same code, and with another version of voxolve only
 * where that derives the decisions made so far.
 */
import { UserError } from '../core/errors.js';
import { requireSameCode } from '../experiment/code-record.js';
import type { ConstrainedExperiment, ResolvedExperiment } from '../experiment/resolve.js';
import type { ExperimentRow as Row, Store } from '../store/index.js';
import { verifyStudy, type Verification } from '../study/index.js';
import { processor } from '../calibration/stored-calibration.js';
import { createScorer } from '../workers/zero-cost/scorer.js';
import { auxiliaryPlanOf, strategyOf } from './searching/study-plan.js';
import type { Listener, SearchEvent } from './events.js';
import { specFromJson } from './search-spec.js';
import { version } from '../core/version.js';

/** A search over other scans is another search. */
export function requireSameScans(row: Row, fingerprint: string, subject: string): void {
  if (row.scansFingerprint === fingerprint) return;
  throw new UserError({
    subject,
    problem: `the scans are not those that experiment ${row.name} began with (content, split or preprocessing differ)`,
    fix: 'restore them, or start a new search with another --db',
  });
}

/** A user's own code that was edited since would make it another search. */
export function requireCodeOf(row: Row, { code, experiment }: ResolvedExperiment): void {
  requireSameCode(specFromJson(row.spec).code, code, experiment, 'the search');
}

/** Derives every decision of an experiment anew, by its strategy and constraints as this version makes them. */
export function verifyResolved(store: Store, row: Row, resolved: ConstrainedExperiment): Verification {
  const scorer = createScorer(resolved);
  try {
    return verifyStudy(store, row, {
      strategy: strategyOf(resolved, scorer),
      feasibility: resolved.feasibility,
      ...auxiliaryPlanOf(resolved),
    });
  } finally {
    scorer.close();
  }
}

/**
 * Throws a `UserError` where the experiment's log does not follow from its own results by this version. Reports the
 * version that began it, where that is another.
 */
export function requireSameDecisions(
  store: Store,
  row: Row,
  resolved: ConstrainedExperiment,
  report: Listener<SearchEvent>,
): void {
  // A strategy of the user's own may rest on more than the log, which only shows here.
  const own = Object.keys(resolved.strategies).length > 0;
  if (row.version === version && !own) return;
  const { checked, discrepancies } = verifyResolved(store, row, resolved);
  const [first] = discrepancies;
  if (first !== undefined) {
    if (row.version === version) {
      throw new UserError({
        subject: Object.keys(resolved.strategies).join(', '),
        problem: `decides otherwise than when the search was run (candidate ${first.candidate}: ${first.what}); it may rest only on results and on the generator that is handed in`,
        fix: 'correct it and start a new search with another --db; docs/adding-a-strategy.md states the contract',
      });
    }
    throw new UserError({
      subject: store.path,
      problem: `voxolve ${row.version} began this search, and version ${version} decides otherwise (candidate ${first.candidate}: ${first.what})`,
      fix: `resume it with voxolve ${row.version}, or start a new search with another --db`,
    });
  }
  if (row.version !== version) {
    report({ kind: 'other version', began: row.version, here: version, decisions: checked });
  }
}

/** Reports where a search goes on, on a processor of another name than it began on. */
export function reportOtherProcessor({ processor: began, device }: Row, report: Listener<SearchEvent>): void {
  const here = processor();
  if (began === null || began === undefined || began === here || device !== 'cpu') return;
  report({ kind: 'other processor', began, here });
}
