/**
 * A candidate of a database and its weights, as the commands that take one up again need them.
 */
import { UserError } from '../core/errors.js';
import type { TensorMap } from '../core/tensor.js';
import {
  artifactOf,
  bestCandidates,
  findCandidate,
  readArtifact,
  type Candidate,
  type ExperimentRow,
  type Store,
} from '../store/index.js';
import { bestNumber } from './reading/winner.js';

/** `asked`: a number, or `winner` (`best` is its name in voxolve 0.2); `option` names where it was said. */
export function chooseCandidate(store: Store, row: ExperimentRow, asked: string, option: string): Candidate {
  const number = asked === 'winner' || asked === 'best' ? bestNumber(store, row) : Number(asked);
  const candidate = Number.isInteger(number) ? findCandidate(store, row.id, number) : undefined;
  if (candidate !== undefined) return candidate;
  throw new UserError({
    subject: option,
    problem: `must be "winner" or the number of a candidate of ${row.name}, got "${asked}"`,
    fix: 'see voxolve status and voxolve lineage',
  });
}

export function weightsOf(store: Store, row: ExperimentRow, { id, number }: Candidate): TensorMap {
  // Where it was trained again from scratch: the repetition with the highest score.
  const hash = artifactOf(store, id, 'winner') ?? artifactOf(store, id);
  if (hash !== undefined) return readArtifact(store, hash);
  const kept = bestCandidates(store, row.id, 1000)
    .filter((candidate) => artifactOf(store, candidate.id) !== undefined)
    .map((candidate) => candidate.number);
  throw new UserError({
    subject: `candidate ${number}`,
    problem: 'its weights were not kept, since others are better',
    fix: `choose one of ${kept.join(', ')}, or raise "keepWeights" in the experiment`,
  });
}
