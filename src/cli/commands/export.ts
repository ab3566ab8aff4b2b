/** `voxolve export DB --to pytorch|onnx -o DIR`: a candidate leaves as code, weights and a check of both. */
import { writeFolder } from '../../export/write-folder.js';
import type { Candidate, ExperimentRow } from '../../store/index.js';
import { defineCommand } from '../command.js';
import { exportFiles } from '../../api/export-files.js';
import { percent, plural } from '../views/format.js';
import { chooseCandidate, weightsOf } from '../../api/candidate-weights.js';
import { experimentOption, preparedFrom, withExperiment } from '../../api/open-experiment.js';
import { jsonOption, print, printJson } from '../views/output.js';
import { winnersOf, type Standing } from '../../api/reading/winner.js';

export const exportCommand = defineCommand({
  command: 'export <db>',
  describe: 'write a candidate as PyTorch code or as an ONNX model',
  builder: (yargs) =>
    yargs
      .positional('db', { type: 'string', demandOption: true, describe: 'database of the search' })
      .option('to', { choices: ['pytorch', 'onnx'] as const, demandOption: true, describe: 'what to write' })
      .option('output', { alias: 'o', type: 'string', demandOption: true, describe: 'folder to write' })
      .option('candidate', {
        type: 'string',
        default: 'winner',
        describe: 'number of a candidate, or "winner": the highest score until it is known',
      })
      .options(experimentOption)
      .options(jsonOption),
  handler: (args) =>
    withExperiment(args.db, args.experiment, async (store, row) => {
      const candidate = chooseCandidate(store, row, args.candidate, '--candidate');
      const again = winnersOf(store, row)?.standings.find(({ number }) => number === candidate.number);
      const score = again?.mean ?? candidate.score;
      const resolved = await preparedFrom(row, args.db);
      const files = await exportFiles(args.to, {
        resolved,
        architecture: resolved.architecture(candidate.genome),
        weights: weightsOf(store, row, candidate),
        origin: {
          candidate: candidate.number,
          genome: candidate.genome,
          ...(score === null ? {} : { score: { metric: row.metric, value: score, chance: row.chance } }),
        },
      });
      await writeFolder(args.output, files);
      const names = Object.keys(files).sort();
      if (args.json)
        printJson({ candidate: candidate.number, to: args.to, folder: args.output, files: names });
      else
        print(
          `candidate ${candidate.number} (${scoreText(row, candidate, again)}) written to ${args.output}: ${names.join(', ')}`,
        );
    }),
});

function scoreText(row: ExperimentRow, { score, status }: Candidate, again: Standing | undefined): string {
  if (again?.mean != null) {
    return `${row.metric} ${percent(again.mean)}, mean of ${plural(again.scores.length, 'training')} from scratch; weights of the highest of them`;
  }
  return score === null ? status : `${row.metric} ${percent(score)}`;
}
