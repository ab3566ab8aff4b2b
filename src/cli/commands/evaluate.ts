/** `voxolve evaluate --predictions FILE.csv`: metrics of predictions, with intervals, per split and group. */
import { evaluateTable } from '../../api/evaluate.js';
import { UserError } from '../../core/errors.js';
import { plainJson } from '../../core/json.js';
import { defineCommand } from '../command.js';
import { jsonOption, print, printJson } from '../views/output.js';
import { reportText } from '../views/downstream/report-text.js';

export const evaluate = defineCommand({
  command: 'evaluate',
  describe: 'metrics of predictions, with intervals, per split and group',
  builder: (yargs) =>
    yargs
      .option('predictions', {
        type: 'string',
        describe: 'table (CSV): label and p_CLASS, or value and prediction, or time, event and risk',
      })
      .option('groups', {
        type: 'string',
        describe:
          'attributes whose groups are told apart, such as sex,site (default: all columns s_…, and site)',
      })
      .option('seed', { type: 'number', default: 0, describe: 'of the resampling for intervals' })
      .options(jsonOption),
  handler: ({ predictions, groups, seed, json }) => {
    if (predictions === undefined) {
      throw new UserError({
        subject: 'voxolve evaluate',
        problem: 'was not told what to evaluate',
        fix: 'add --predictions FILE.csv',
      });
    }
    const report = evaluateTable({ predictions, groups: namesIn(groups), seed });
    if (json) printJson(plainJson(report));
    else print(reportText(report));
  },
});

function namesIn(list: string | undefined): readonly string[] | undefined {
  return list?.split(',').filter((name) => name !== '');
}
