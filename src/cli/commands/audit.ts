/** `voxolve audit EXPERIMENT.json --scans DIR`: can the experiment's proxy task be solved by shortcuts on these scans? */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { audit as runAudit, type Check } from '../../audit/audit.js';
import { present } from '../../core/errors.js';
import { rngOf } from '../../core/random.js';
import { engines } from '../../engines/index.js';
import { prepare } from '../../experiment/prepare.js';
import { readExperiment } from '../../experiment/read.js';
import { tryOwn } from '../../experiment/try-own.js';
import { recordAudit } from '../audit-record.js';
import { defineCommand } from '../command.js';
import { chooseEngine } from '../engine-choice.js';
import { jsonOption, note, print, printJson } from '../output.js';
import { loadScans, phantoms, scanFolder } from '../scan-source.js';

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
      .option('steps', {
        type: 'number',
        default: 60,
        describe: 'steps that the small network trains per check',
      })
      .option('questions', {
        type: 'number',
        default: 400,
        describe: 'questions that a weak classifier is tested on',
      })
      .options(jsonOption),
  handler: async (args) => {
    const experiment = await readExperiment(args.experiment);
    const choice = await chooseEngine(experiment);
    const draft = await prepare(experiment, 1);
    const source = args.scans === undefined ? phantoms : resolve(args.scans);
    const folder = await scanFolder(source, experiment, `${experiment.name}.db`);
    const set = await loadScans(folder, experiment, draft.plan);
    const prepared = await prepare(experiment, set.channels);
    tryOwn(prepared, set);
    const { plan, task } = prepared;
    const checks = await runAudit({
      set,
      plan,
      training: { ...experiment.training, steps: args.steps },
      engine: present(engines[choice.engine], choice.engine),
      device: choice.device,
      threads: availableParallelism(),
      rng: rngOf(experiment.seed, 'audit'),
      questions: { learn: 2 * args.questions, test: args.questions },
      onCheck: (check) => (args.json ? note(lineOf(check)) : print(lineOf(check))),
    });
    const failed = checks.filter(({ passed }) => !passed);
    recordAudit(prepared, set, { failed: failed.map(({ name }) => name) });
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
