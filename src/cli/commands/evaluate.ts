/** `voxolve evaluate [RUN]`: metrics of predictions, with intervals, per split and group. */
import {
  evaluateForeign,
  evaluateOther,
  evaluateRun,
  evaluateTable,
  type EvaluateRunOutcome,
} from '../../api/evaluate.js';
import { UserError } from '../../core/errors.js';
import { plainJson } from '../../core/json.js';
import { defineCommand } from '../command.js';
import { plural } from '../views/format.js';
import { jsonOption, note, print, printJson } from '../views/output.js';
import { visible } from '../../core/unseen.js';
import { reportText } from '../views/downstream/report-text.js';

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
        describe:
          'folder of scans of another kind, or, with --manifest, built-in for some that are made of the evaluated ones',
      })
      .option('output', {
        alias: 'o',
        type: 'string',
        describe: 'folder to write with --manifest or --ood (default: one in the evaluations of the run)',
      })
      .option('seed', { type: 'number', describe: 'of the resampling for intervals (with --predictions)' })
      .options(jsonOption),
  handler: async ({ run, predictions, groups, json, ...asked }) => {
    const attributes = groups?.split(',').filter((name) => name !== '');
    const outcome = await outcomeOf({ run, predictions, groups: attributes, ...asked });
    const { report, differences = [], folder } = outcome;
    if (json) printJson(plainJson(report));
    else print(reportText(report));
    if (folder !== undefined) note(`written to ${folder}`);
    const [first] = differences;
    if (first === undefined) return;
    const told = (value: unknown): string =>
      value === undefined ? 'absent' : visible(JSON.stringify(value));
    note(
      `report.json differs from predictions.csv in ${plural(differences.length, 'place')}: ` +
        `${visible(first.path)} is ${told(first.recorded)}, but the predictions give ${told(first.derived)}`,
    );
    process.exitCode = 1;
  },
});

interface Asked {
  readonly run: string | undefined;
  readonly predictions: string | undefined;
  readonly groups: readonly string[] | undefined;
  readonly seed?: number | undefined;
  readonly manifest?: string | undefined;
  readonly scans?: string | undefined;
  readonly encoder?: string | undefined;
  readonly ood?: string[] | undefined;
  readonly output?: string | undefined;
}

type Outcome = Pick<EvaluateRunOutcome, 'report'> & {
  readonly differences?: EvaluateRunOutcome['differences'];
  /** Where something was written. */
  readonly folder?: string;
};

async function outcomeOf({ run, predictions, ...asked }: Asked): Promise<Outcome> {
  if ((run === undefined) === (predictions === undefined)) {
    throw new UserError({
      subject: 'voxolve evaluate',
      problem: run === undefined ? 'was not told what to evaluate' : 'was told two things to evaluate',
      fix: 'name the folder of a fine-tuning, or --predictions FILE.csv',
    });
  }
  const { groups, seed, manifest, scans, encoder, ood, output } = asked;
  if (run === undefined) {
    refuse({ manifest, scans, encoder, ood, output }, ofTable);
    return { report: evaluateTable({ predictions: predictions ?? '', groups, seed }) };
  }
  if (manifest !== undefined) return evaluateOther({ run, manifest, groups, scans, encoder, ood, output });
  if (ood === undefined) {
    refuse({ scans, encoder, output }, unnamed);
    return evaluateRun({ run, groups });
  }
  refuse({ scans }, unnamed);
  return evaluateForeign({ run, groups, ood, encoder, output });
}

const unnamed = {
  problem: 'concerns other scans, which no table names',
  fix: 'add --manifest TABLE.csv',
};
const ofTable = {
  problem: 'concerns the model of a run, and --predictions names a table alone',
  fix: 'leave it out, or name a run instead',
};

function refuse(
  options: Readonly<Record<string, unknown>>,
  why: { readonly problem: string; readonly fix: string },
): void {
  const named = Object.entries(options).find(([, value]) => value !== undefined);
  if (named !== undefined) throw new UserError({ subject: `--${named[0]}`, ...why });
}
