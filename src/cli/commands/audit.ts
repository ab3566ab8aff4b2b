/** `voxolve audit EXPERIMENT.json --scans DIR`: can the experiment's proxy task be solved by shortcuts on these scans? */
import { resolve } from 'node:path';
import type { Check } from '../../audit/audit.js';
import { parseOrThrow } from '../../core/validate.js';
import { readExperiment } from '../../experiment/read.js';
import { Experiment } from '../../experiment/schema.js';
import { recordAudit } from '../../api/audit-record.js';
import { auditExperiment, usualEffort } from '../../api/audit-run.js';
import { defineCommand } from '../command.js';
import { jsonOption, note, print, printJson } from '../views/output.js';
import { phantoms } from '../../api/scan-source.js';

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
  handler: async (args) => {
    const file = await readExperiment(args.experiment);
    const { seed = file.seed } = args;
    const experiment = parseOrThrow(Experiment, { ...file, seed }, 'options over the experiment');
    const source = args.scans === undefined ? phantoms : resolve(args.scans);
    const { resolved, scans, checks } = await auditExperiment(experiment, source, args, (check) =>
      args.json ? note(lineOf(check)) : print(lineOf(check)),
    );
    const { task, plan } = resolved;
    recordAudit(resolved, scans, checks);
    const failed = checks.filter(({ passed }) => !passed);
    if (failed.length > 0) process.exitCode = 1;
    if (args.json) {
      printJson({
        task: task.name,
        metric: plan.metric,
        chance: plan.chance,
        passed: failed.length === 0,
        checks: checks.map((check) => ({ ...check, ci95: [...check.ci95] })),
      });
    } else {
      const names = failed.map(({ name }) => name).join(', ');
      print(
        failed.length === 0
          ? `${task.name}: no shortcut found in ${checks.length} checks (chance ${plan.chance.toFixed(3)})`
          : `${task.name}: ${failed.length} of ${checks.length} checks failed: ${names}`,
      );
    }
  },
});

function lineOf({ name, what, figure, ci95: [low, high], limit, passed }: Check): string {
  const numbers = `${figure.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)}), limit ${limit.toFixed(3)}`;
  return `${passed ? 'passed' : 'FAILED'}  ${name}: ${numbers}; ${what}`;
}
