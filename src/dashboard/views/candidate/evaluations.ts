/** All evaluations of a candidate: within the search, and auxiliary ones, with curves, probes and what they inherited. */
import { UserError } from '../../../core/errors.js';
import type { Inherited, Purpose } from '../../../core/records.js';
import { curvesOf, evaluationsOf, probesOf, type Candidate, type Store } from '../../../store/index.js';
import type { CandidateView } from '../types.js';

const PURPOSES: readonly Purpose[] = ['search', 'trust', 'winner'];

/** Those of the search first. Throws `UserError` where the log was altered. */
export function evaluationRows(
  store: Store,
  { id, number }: Pick<Candidate, 'id' | 'number'>,
): CandidateView['evaluations'] {
  return PURPOSES.flatMap((purpose) => evaluationsOf(store, id, purpose)).map(
    ({ id: evaluation, artifact: _artifact, finishedAt: _finishedAt, inherited, ...measured }) => ({
      ...measured,
      curves: curvesOf(store, evaluation),
      probes: probesOf(store, evaluation),
      inherited: inherited === null ? null : parseInherited(store, number, inherited),
    }),
  );
}

function parseInherited(store: Store, number: number, text: string): Inherited {
  const found = jsonOf(text) as Partial<Inherited> | undefined | null;
  if (typeof found?.from === 'number' && typeof found.tensors === 'object') return found as Inherited;
  throw new UserError({
    subject: store.path,
    problem: `what candidate ${number} inherited was altered: it is not what a search writes`,
    fix: 'restore the database from a copy',
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
