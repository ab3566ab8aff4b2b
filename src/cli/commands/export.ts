/** `voxolve export DB --to pytorch|onnx|flower -o DIR`: a candidate leaves as code, weights and a check of both. */
import { exportCandidate, exportTargets, type ExportOutcome } from '../../api/export.js';
import { defineCommand } from '../command.js';
import { experimentOption } from '../shared-options.js';
import { showSourceEvent } from '../views/event-text.js';
import { percent, plural } from '../views/format.js';
import { jsonOption, print, printJson } from '../views/output.js';

export const exportCommand = defineCommand({
  command: 'export <db>',
  describe: 'write a candidate as PyTorch code, as an ONNX model, or as an app for several sites',
  builder: (yargs) =>
    yargs
      .positional('db', { type: 'string', demandOption: true, describe: 'database of the search' })
      .option('to', { choices: exportTargets, demandOption: true, describe: 'what to write' })
      .option('output', { alias: 'o', type: 'string', demandOption: true, describe: 'folder to write' })
      .option('candidate', {
        type: 'string',
        default: 'winner',
        describe: 'number of a candidate, or "winner": the highest score until it is known',
      })
      .options(experimentOption)
      .options(jsonOption),
  handler: async ({ db: database, experiment, to, output, candidate, json }) => {
    const source = { database, experiment, onEvent: showSourceEvent };
    const written = await exportCandidate({ ...source, to, output, candidate });
    const { folder, files } = written;
    if (json) printJson({ candidate: written.candidate, to, folder, files: [...files] });
    else
      print(
        `candidate ${written.candidate} (${scoreText(written)}) written to ${folder}: ${files.join(', ')}`,
      );
  },
});

function scoreText({ metric, score, status, again }: ExportOutcome): string {
  if (again?.mean != null) {
    return `${metric} ${percent(again.mean)}, mean of ${plural(again.scores.length, 'training')} from scratch; weights of the highest of them`;
  }
  return score === null ? status : `${metric} ${percent(score)}`;
}
