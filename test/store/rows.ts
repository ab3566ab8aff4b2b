/** Rows for tests that need some. */
import type { Store } from '../../src/store/open.js';

/** An experiment that says nothing. */
export function insertExperiment(store: Store): void {
  store
    .statement(
      `INSERT INTO experiments (name, spec, seed, strategy, space, task, lookahead, candidates, engine, device, scans,
         scans_fingerprint, metric, chance, created_at, voxolve_version)
       VALUES ('a', '{}', 0, '', '', '', 1, 1, '', '', '', '', '', 0, '', '')`,
    )
    .run();
}
