/** `voxolve audit EXPERIMENT.json --scans DIR`: can the experiment's proxy task be solved by shortcuts on these scans? */
import { audit as runAudit, usualEffort, type AuditOutcome } from '../../api/audit.js';
import { defineCommand } from '../command.js';
import { outcomesOption } from '../shared-options.js';
import { showSourceEvent } from '../views/event-text.js';
import { jsonOption, note, print, printJson } from '../views/output.js';

export const audit = defineCommand({
  command: 'audit <experiment>',
  describe: 'whether the proxy task of an experiment can be solved by shortcuts',
  builder: (yargs) =>
    yargs
      .positional('experiment', { type: 'string', demandOption: true, describe: 'experiment file (JSON)' })
      .option('scans', {
        type: 'string',
        describe: 'folder of scans (default: the phantoms of the experiment)',
      })
      .options(outcomesOption)
      .option('seed', { type: 'number', describe: 'overrides the experiment' })
      .option('steps', {
        type: 'number',
        default: usualEffort.steps,
        describe: 'steps that the small network trains per check',
      })
      .option('questions', {
        type: 'number',
        default: usualEffort.questions,
        describe: 'questions that a weak classifier is tested on',
      })
      .options(jsonOption),
  handler: async ({ experiment, scans, outcomes, seed, steps, questions, json }) => {
    const outcome = await runAudit({
      experiment,
      scans,
      outcomes,
      seed,
      steps,
      questions,
      onEvent: (event) => {
        if (event.kind !== 'checked') showSourceEvent(event);
        else if (json) note(lineOf(event.check));
        else print(lineOf(event.check));
      },
    });
    const { task, metric, chance, checks } = outcome;
    const failed = checks.filter(({ passed }) => !passed);
    if (failed.length > 0) process.exitCode = 1;
    if (json) {
      printJson({
        task,
        metric,
        chance,
        passed: failed.length === 0,
        checks: checks.map((check) => ({ ...check, ci95: [...check.ci95] })),
      });
    } else {
      const names = failed.map(({ name }) => name).join(', ');
      print(
        failed.length === 0
          ? `${task}: no shortcut found in ${checks.length} checks (chance ${chance.toFixed(3)})`
          : `${task}: ${failed.length} of ${checks.length} checks failed: ${names}`,
      );
    }
  },
});

type Check = AuditOutcome['checks'][number];

function lineOf({ name, what, figure, ci95: [low, high], limit, passed }: Check): string {
  const numbers = `${figure.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)}), limit ${limit.toFixed(3)}`;
  return `${passed ? 'passed' : 'FAILED'}  ${name}: ${numbers}; ${what}`;
}
