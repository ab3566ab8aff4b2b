/** The candidate that a page asks for. */
import {
  findCandidate,
  summarise,
  type Candidate,
  type ExperimentRow,
  type Store,
} from '../../../store/index.js';
import { NotThere } from '../not-there.js';

/** Throws `NotThere` where the experiment has no candidate of that number, `UserError` where its genome was altered beyond reading. */
export function requireCandidate(store: Store, row: ExperimentRow, number: number): Candidate {
  const candidate = Number.isSafeInteger(number) ? findCandidate(store, row.id, number) : undefined;
  if (candidate !== undefined) return candidate;
  const { total } = summarise(store, row.id).candidates;
  throw new NotThere({
    subject: store.path,
    problem: `has no candidate ${number}`,
    fix: total === 0 ? 'wait for the first one' : 'choose one from voxolve lineage',
  });
}
