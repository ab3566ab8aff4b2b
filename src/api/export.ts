/**
 * Exports a candidate: code, weights and a check of both.
 */
import { writeFolder } from '../export/write-folder.js';
import { chooseCandidate, weightsOf } from './candidate-weights.js';
import { exportFiles, exportTargets, type ExportTarget } from './exporting/export-files.js';
import { resolvedFrom, withExperiment, type ExperimentSource } from './open-experiment.js';
import { winnersOf, type Standing } from './reading/winner.js';

export { exportTargets };

export interface ExportOptions extends ExperimentSource {
  /** `pytorch`: training code, weights and the preprocessing; `onnx`: a model file; `flower`: training code for several sites. */
  readonly to: ExportTarget;
  /** Folder to write; it must be empty or not exist. */
  readonly output: string;
  /** Number of a candidate, or `winner` (the default): the highest score until the winner is known. */
  readonly candidate?: number | string | undefined;
}

export interface ExportOutcome {
  readonly candidate: number;
  readonly status: string;
  /** Name of the score. */
  readonly metric: string;
  /** Score in the search; null if there is none. */
  readonly score: number | null;
  /** Trainings from scratch, where it was chosen as one of the best. */
  readonly again: Standing | null;
  readonly folder: string;
  /** Names of the files, sorted. */
  readonly files: readonly string[];
}

/** Writes the folder as a whole or not at all. Throws `UserError` if the candidate's weights were not kept. */
export function exportCandidate(options: ExportOptions): Promise<ExportOutcome> {
  const { database, to, output, candidate: asked = 'winner' } = options;
  return withExperiment(options, async (store, row) => {
    const candidate = chooseCandidate(store, row, String(asked), '--candidate');
    const again = winnersOf(store, row)?.standings.find(({ number }) => number === candidate.number);
    const score = again?.mean ?? candidate.score;
    const resolved = await resolvedFrom(row, database);
    const files = await exportFiles(to, {
      resolved,
      architecture: resolved.architecture(candidate.genome),
      weights: weightsOf(store, row, candidate),
      origin: {
        candidate: candidate.number,
        genome: candidate.genome,
        ...(score === null ? {} : { score: { metric: row.metric, value: score, chance: row.chance } }),
      },
    });
    await writeFolder(output, files);
    return {
      candidate: candidate.number,
      status: candidate.status,
      metric: row.metric,
      score: candidate.score,
      again: again ?? null,
      folder: output,
      files: Object.keys(files).sort(),
    };
  });
}
