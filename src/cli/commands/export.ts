/** `voxolve export DB --to …`: a candidate leaves as code, weights and a check of both; a search leaves for other tools. */
import { exportCandidate, exportTargets, type ExportOutcome } from '../../api/export.js';
import { exportMlflow, exportSearch, searchFormats } from '../../api/export-search.js';
import type { ExperimentSource } from '../../api/open-experiment.js';
import { UserError } from '../../core/errors.js';
import { defineCommand } from '../command.js';
import { hideCredentials } from '../hide-credentials.js';
import { experimentOption } from '../shared-options.js';
import { showSourceEvent } from '../views/event-text.js';
import { percent, plural } from '../views/format.js';
import { jsonOption, print, printJson } from '../views/output.js';

interface Arguments {
  readonly to: string;
  readonly output: string | undefined;
  readonly candidate: string | undefined;
  readonly best: number | undefined;
  readonly uri: string | undefined;
  readonly mlflowExperiment: string | undefined;
  readonly json: boolean;
}

export const exportCommand = defineCommand({
  command: 'export <db>',
  describe:
    'write a candidate as PyTorch code, as an ONNX model, or as an app for several sites; a search for TensorBoard, MLflow, as tables',
  builder: (yargs) =>
    yargs
      .positional('db', { type: 'string', demandOption: true, describe: 'database of the search' })
      .option('to', {
        choices: [...exportTargets, ...searchFormats, 'mlflow'],
        demandOption: true,
        describe: 'what to write',
      })
      .option('output', { alias: 'o', type: 'string', describe: 'folder to write (all but mlflow)' })
      .option('candidate', {
        type: 'string',
        describe:
          'pytorch, onnx, flower: number of a candidate, or "winner" (the default): the highest score until it is known',
      })
      .option('best', {
        type: 'number',
        describe: 'tensorboard, mlflow: how many candidates, those with the highest scores (default: 10)',
      })
      .option('uri', {
        type: 'string',
        describe: 'mlflow: address of the tracking server (default: MLFLOW_TRACKING_URI)',
      })
      .option('mlflow-experiment', {
        type: 'string',
        describe: "mlflow: name of the experiment there (default: the search's)",
      })
      .options(experimentOption)
      .options(jsonOption),
  handler: async ({ db: database, experiment, ...args }) => {
    hideCredentials(args.uri);
    const source = { database, experiment, onEvent: showSourceEvent };
    refuseOthers(args);
    const asTarget = exportTargets.find((target) => target === args.to);
    const asFormat = searchFormats.find((format) => format === args.to);
    if (asTarget !== undefined) await writeCandidate(source, asTarget, args);
    else if (asFormat !== undefined) await writeSearch(source, asFormat, args);
    else await writeMlflow(source, args);
  },
});

/** Options that mean nothing to some targets. */
const USED_BY = {
  candidate: ['pytorch', 'onnx', 'flower'],
  best: ['tensorboard', 'mlflow'],
  uri: ['mlflow'],
  mlflowExperiment: ['mlflow'],
} as const;

function refuseOthers(args: Arguments): void {
  for (const [name, users] of Object.entries(USED_BY)) {
    if (args[name as keyof typeof USED_BY] === undefined || users.some((user) => user === args.to)) continue;
    const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new UserError({
      subject: option,
      problem: `means nothing to --to ${args.to}`,
      fix: `leave it out, or export --to ${users.join(' or ')}`,
    });
  }
}

function folderOf({ to, output }: Arguments): string {
  if (output !== undefined) return output;
  throw new UserError({ subject: '--output', problem: `is needed for --to ${to}`, fix: 'name a new folder' });
}

async function writeCandidate(
  source: ExperimentSource,
  to: (typeof exportTargets)[number],
  args: Arguments,
): Promise<void> {
  const { candidate } = args;
  const written = await exportCandidate({ ...source, to, output: folderOf(args), candidate });
  const { folder, files } = written;
  if (args.json) printJson({ candidate: written.candidate, to, folder, files: [...files] });
  else
    print(`candidate ${written.candidate} (${scoreText(written)}) written to ${folder}: ${files.join(', ')}`);
}

async function writeSearch(
  source: ExperimentSource,
  to: (typeof searchFormats)[number],
  args: Arguments,
): Promise<void> {
  const { folder, files } = await exportSearch({ ...source, to, output: folderOf(args), best: args.best });
  if (args.json) return printJson({ to, folder, files: [...files] });
  print(`${plural(files.length, 'file')} written to ${folder}`);
  if (to === 'tensorboard') print(`see them: tensorboard --logdir ${folder}`);
}

async function writeMlflow(source: ExperimentSource, args: Arguments): Promise<void> {
  const { uri, best, mlflowExperiment } = args;
  if (args.output !== undefined) {
    throw new UserError({
      subject: '--output',
      problem: 'means nothing to --to mlflow',
      fix: 'leave it out; --uri says where the tracking server is',
    });
  }
  const outcome = await exportMlflow({ ...source, uri, mlflowExperiment, best });
  const { experiment, written, before, metrics } = outcome;
  if (args.json) return printJson({ to: 'mlflow', ...outcome });
  print(
    `${plural(written, 'run')} written to the experiment ${experiment} (${plural(metrics, 'metric')}); ${before} were there`,
  );
}

function scoreText({ metric, score, status, again }: ExportOutcome): string {
  if (again?.mean != null) {
    return `${metric} ${percent(again.mean)}, mean of ${plural(again.scores.length, 'training')} from scratch; weights of the highest of them`;
  }
  return score === null ? status : `${metric} ${percent(score)}`;
}
