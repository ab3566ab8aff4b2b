/** `voxolve evaluate [RUN]`: metrics of predictions, with intervals, per split and group. */
import { evaluateOther, evaluateRun, evaluateTable, type EvaluateRunOutcome } from '../../api/evaluate.js';
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
      .option('manifest', {
        type: 'string',
        describe: 'table of other rows, which the final model of the run answers for',
      })
      .option('scans', { type: 'string', describe: 'folder of their scans' })
      .option('encoder', {
        type: 'string',
        describe: 'encoder that the run was made with (default: the one that it keeps)',
      })
      .option('ood', {
        type: 'string',
        array: true,
        describe: 'folder of scans of another kind, or built-in for some that are made of the evaluated ones',
      })
      .option('output', {
        alias: 'o',
        type: 'string',
        describe: 'folder to write with --manifest (default: one in the evaluations of the run)',
      })
      .option('seed', { type: 'number', describe: 'of the resampling for intervals (with --predictions)' })
      .options(jsonOption),
  handler: async ({ run, predictions, groups, seed, json, manifest, ...other }) => {
    const attributes = groups?.split(',').filter((name) => name !== '');
    if (run !== undefined && predictions === undefined && manifest !== undefined) {
      const asked = { run, manifest, groups: attributes, ...pathsOf(other) };
      const { folder, report } = await evaluateOther(asked);
      if (json) printJson(plainJson(report));
      else print(reportText(report));
      note(`written to ${folder}: report.md, report.json, predictions.csv`);
      return;
    }
    refuseWithoutManifest(other);
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

interface Other {
  readonly scans?: string | undefined;
  readonly encoder?: string | undefined;
  readonly ood?: string[] | undefined;
  readonly output?: string | undefined;
}

const pathsOf = ({ scans, encoder, ood, output }: Other): Other => ({ scans, encoder, ood, output });

function refuseWithoutManifest({ scans, encoder, ood, output }: Other): void {
  const named = Object.entries({ scans, encoder, ood, output }).find(([, value]) => value !== undefined);
  if (named === undefined) return;
  throw new UserError({
    subject: `--${named[0]}`,
    problem: 'concerns other scans, which no table names',
    fix: 'name the run and add --manifest TABLE.csv',
  });
}

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
