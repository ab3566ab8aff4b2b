/**
 * `voxolve pretrain EXPERIMENT.json --architecture FILE|DB[:NUMBER]|NAME -o DIR`: one architecture at full budget. The command
 * typed again goes on where it was ended. With `--federated SITES.json` it simulates sites that do not share their scans.
 */
import { pretrain as runPretraining, type PretrainingOutcome } from '../../api/pretrain.js';
import { pretrainFederated } from '../../api/pretrain-federated.js';
import type { FederatedOutcome, PretrainEvent } from '../../api/index.js';
import { devices, engineNames } from '../../api/asked-experiment.js';
import { defineCommand } from '../command.js';
import { interruptible } from '../interrupt.js';
import { outcomesOption } from '../shared-options.js';
import { jsonOption, print, printJson } from '../views/output.js';
import { showFederated } from '../views/pretraining/federated-text.js';
import { PretrainView } from '../views/pretraining/pretrain-view.js';

export const pretrain = defineCommand({
  command: 'pretrain <experiment>',
  describe: 'pretrain one architecture at full budget, with checkpoints',
  builder: (yargs) =>
    yargs
      .positional('experiment', { type: 'string', demandOption: true, describe: 'experiment file (JSON)' })
      .option('architecture', {
        type: 'string',
        demandOption: true,
        describe:
          'genome or architecture.json, a database such as runs/ct.db or runs/ct.db:12, or a name such as r3d-18',
      })
      .option('scans', {
        type: 'string',
        describe: 'folder of scans (default: the phantoms of the experiment)',
      })
      .options(outcomesOption)
      .option('federated', {
        type: 'string',
        conflicts: 'steps',
        describe:
          'simulates a federation of sites, described in this file (JSON), and compares it with training on all scans',
      })
      .option('output', { alias: 'o', type: 'string', demandOption: true, describe: 'folder to write' })
      .option('steps', { type: 'number', describe: 'overrides the experiment' })
      .option('seed', { type: 'number', describe: 'overrides the experiment' })
      .option('checkpoint-every', { type: 'number', default: 100, describe: 'steps between checkpoints' })
      .option('engine', { choices: engineNames, describe: 'overrides the experiment' })
      .option('device', {
        choices: devices,
        describe: 'overrides the experiment',
      })
      .options(jsonOption),
  handler: async (args) => {
    const { experiment, architecture, scans, outcomes, output, steps, seed } = args;
    const { checkpointEvery, engine, device, federated } = args;
    const asked = { experiment, architecture, scans, outcomes, output, steps, seed };
    const options = { ...asked, checkpointEvery, engine, device };
    const view = new PretrainView();
    const outcome = await interruptible(
      () =>
        view.remark(
          'stopping; the same command goes on from the last checkpoint (press Ctrl-C again to leave at once)',
        ),
      ({ signal, begin }): Promise<PretrainingOutcome | FederatedOutcome> => {
        const onEvent = (event: PretrainEvent): void => {
          if (event.kind === 'training') begin();
          view.show(event);
        };
        const running = { ...options, signal, onEvent };
        return federated === undefined
          ? runPretraining(running)
          : pretrainFederated({ ...running, federated });
      },
    ).finally(() => view.close());
    if (outcome.status === 'interrupted') process.exitCode = 130;
    else if ('folders' in outcome) showFederated(outcome, args.json);
    else show(outcome, args.json);
  },
});

function show(outcome: PretrainingOutcome, json: boolean): void {
  const { status, steps, asked, metric, chance, score, best, curves, folder } = outcome;
  if (folder === null) process.exitCode = 1;
  const early = (steps ?? 0) < asked;
  if (json) {
    return printJson({
      status,
      steps,
      stoppedEarly: early,
      metric,
      chance,
      score,
      best: best && { ...best },
      curves,
      folder,
    });
  }
  if (folder === null || best === null)
    return print(`diverged after ${steps} of ${asked} steps; curves in ${curves}`);
  const why = early ? ` (of ${asked}: the score no longer improved)` : '';
  print(
    `${steps} steps${why}: ${metric} ${(score ?? NaN).toFixed(3)}, best ${best.score.toFixed(3)} after step ${best.step}, chance ${chance.toFixed(3)}`,
  );
  print(`the best encoder is in ${folder}, the curves are in ${curves}`);
}
