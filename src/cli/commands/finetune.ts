/**
 * `voxolve finetune TASK.json --encoder DIR|DB[:N]|NAME|none --manifest M.csv -o RUN`: a model of an outcome, with its report.
 * The command typed again goes on where it was ended.
 */
import { finetune as runFinetuning } from '../../api/finetune.js';
import { devices, engineNames } from '../../api/asked-experiment.js';
import { defineCommand } from '../command.js';
import { interruptible } from '../interrupt.js';
import { FinetuneView } from '../views/downstream/finetune-view.js';
import { jsonOption, print, printJson } from '../views/output.js';
import { reportText } from '../views/downstream/report-text.js';
import { plainJson } from '../../core/json.js';

export const finetune = defineCommand({
  command: 'finetune <task>',
  describe: 'learn an outcome from labelled scans, tables, or both, and report how well it is told',
  builder: (yargs) =>
    yargs
      .positional('task', { type: 'string', demandOption: true, describe: 'task file (JSON)' })
      .option('encoder', {
        type: 'string',
        demandOption: true,
        describe:
          'folder of an exported encoder, a database such as runs/ct.db or runs/ct.db:12, a name such as r3d-18, or none: covariates alone',
      })
      .option('manifest', {
        type: 'string',
        demandOption: true,
        describe: 'CSV or TSV table: path, patient, the target, covariates x_*, attributes s_*, site, split',
      })
      .option('scans', { type: 'string', describe: 'folder of scans (not for --encoder none)' })
      .option('output', { alias: 'o', type: 'string', demandOption: true, describe: 'folder to write' })
      .option('folds', {
        type: 'number',
        default: 5,
        describe: 'folds where the manifest names no validation rows',
      })
      .option('labels', {
        type: 'string',
        describe: 'label-efficiency curves at these numbers of patients, such as 10,20,50,all',
      })
      .option('repeats', { type: 'number', default: 5, describe: 'draws of these patients' })
      .option('seed', { type: 'number', describe: 'overrides the task' })
      .option('workers', { type: 'number', describe: 'fits at once (default: as many as there are cores)' })
      .option('checkpoint-every', {
        type: 'number',
        default: 100,
        describe: 'steps between checkpoints of a fit',
      })
      .option('engine', { choices: engineNames, describe: 'where models are trained' })
      .option('device', { choices: devices, describe: 'the device of the engine' })
      .options(jsonOption),
  handler: async (args) => {
    const { task, encoder, manifest, scans, output, folds, repeats, seed, workers, engine, device } = args;
    const options = { task, encoder, manifest, scans, output, folds, repeats, seed, workers, engine, device };
    const view = new FinetuneView();
    const outcome = await interruptible(
      () => view.remark('stopping; the same command goes on (press Ctrl-C again to leave at once)'),
      ({ signal, begin }) =>
        runFinetuning({
          ...options,
          checkpointEvery: args.checkpointEvery,
          labels: args.labels === undefined ? undefined : labelsOf(args.labels),
          signal,
          onEvent: (event) => {
            if (event.kind === 'fitting') begin();
            view.show(event);
          },
        }),
    ).finally(() => view.close());
    if (outcome.report === null) process.exitCode = 130;
    else if (args.json) printJson(plainJson(outcome));
    else print(`${reportText(outcome.report)}\n\nthe report is in ${outcome.folder}`);
  },
});

/** `10,20,all`; what is no number is refused with the other options. */
function labelsOf(text: string): readonly (number | 'all')[] {
  return text.split(',').map((part) => (part.trim() === 'all' ? 'all' : Number(part)));
}
