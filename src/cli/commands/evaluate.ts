/** `voxolve evaluate [RUN]`: metrics of predictions, with intervals, per split and group. */
import { evaluateRun, evaluateTable, type EvaluateRunOutcome } from '../../api/evaluate.js';
import { UserError } from '../../core/errors.js';
import { plainJson } from '../../core/json.js';
import { defineCommand } from '../command.js';
import { plural } from '../views/format.js';
import { jsonOption, note, print, printJson } from '../views/output.js';
import { reportText, shown } from '../views/downstream/report-text.js';

export const evaluate = defineCommand({
  command: 'evaluate [run]',
  describe: 'metrics of predictions, with intervals, per split and group',
  builder: (yargs) =>
    yargs
      .positional('run', { type: 'string', describe: 'folder of a fine-tuning that has finished' })
      .option('predictions', {
        type: 'string',
        describe: 'table (CSV) instead: label and p_CLASS, or value and prediction, or time, event and risk',
      })
      .option('groups', {
        type: 'string',
        describe:
          'attributes whose groups are told apart, such as sex,site (default: all columns s_…, and site)',
      })
      .option('seed', { type: 'number', describe: 'of the resampling for intervals (with --predictions)' })
      .options(jsonOption),
  handler: ({ run, predictions, groups, seed, json }) => {
    const attributes = groups?.split(',').filter((name) => name !== '');
    const { report, differences } = outcomeOf(run, predictions, { groups: attributes, seed });
    if (json) printJson(plainJson(report));
    else print(reportText(report));
    const [first] = differences;
    if (first === undefined) return;
    const told = (value: unknown): string => (value === undefined ? 'absent' : shown(JSON.stringify(value)));
    note(
      `report.json differs from predictions.csv in ${plural(differences.length, 'place')}: ` +
        `${shown(first.path)} is ${told(first.recorded)}, but the predictions give ${told(first.derived)}`,
    );
    process.exitCode = 1;
  },
});

interface Asked {
  readonly groups: readonly string[] | undefined;
  readonly seed: number | undefined;
}

function outcomeOf(
  run: string | undefined,
  predictions: string | undefined,
  { groups, seed }: Asked,
): EvaluateRunOutcome {
  if ((run === undefined) === (predictions === undefined)) {
    throw new UserError({
      subject: 'voxolve evaluate',
      problem: run === undefined ? 'was not told what to evaluate' : 'was told two things to evaluate',
      fix: 'name the folder of a fine-tuning, or --predictions FILE.csv',
    });
  }
  if (run !== undefined) return evaluateRun({ run, groups });
  return { report: evaluateTable({ predictions: predictions ?? '', groups, seed }), differences: [] };
}
