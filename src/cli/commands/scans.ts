/** `voxolve scans DIR`: what is there, what is unreadable and why, what each scan will become. */
import { resolve } from 'node:path';
import { scans as describe, type ScansOutcome } from '../../api/scans.js';
import type { Json } from '../../core/json.js';
import { UserError } from '../../core/errors.js';
import { readExperiment } from '../../experiment/read.js';
import { ScanOptions } from '../../scans/options.js';
import { defineCommand } from '../command.js';
import { showSourceEvent } from '../views/event-text.js';
import { plural } from '../views/format.js';
import { jsonOption, print, printJson } from '../views/output.js';
import { scansText } from '../views/scans-text.js';

export const scans = defineCommand({
  command: 'scans <dir>',
  describe: 'what a folder of scans holds, and what it will become',
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'folder of scans' })
      .option('experiment', { type: 'string', describe: 'experiment file whose preprocessing applies' })
      .option('manifest', {
        type: 'string',
        describe: 'table (CSV, TSV) that says which scan is whose: path, patient',
      })
      .option('layout', {
        type: 'string',
        describe: 'axes of NumPy arrays in order: t, z, y, x, c, such as zyxc or tyx',
      })
      .option('preview', { type: 'string', describe: 'PNG file to write: middle slices or frames, prepared' })
      .option('export-npy', {
        type: 'string',
        describe: 'folder to write prepared scans to: [C, D, H, W], float32',
      })
      .option('landmarks', {
        type: 'boolean',
        describe: 'print the mean landmarks of tissue, for "landmarks" of an experiment: histogram matching',
      })
      .options(jsonOption),
  handler: async (args) => {
    const read =
      args.experiment === undefined ? ScanOptions.parse({}) : (await readExperiment(args.experiment)).scans;
    const outcome = await describe({
      folder: args.dir,
      options: withArguments(read, args),
      preview: args.preview,
      npyFolder: args.exportNpy,
      landmarks: args.landmarks,
      onEvent: showSourceEvent,
    });
    if (args.json) return printJson(asJson(outcome, args.exportNpy !== undefined));
    const { description, onSheet, landmarks, exported } = outcome;
    print(scansText(description));
    if (args.preview !== undefined)
      print(`${args.preview}: ${plural(onSheet, 'scan')}, in the order of the table, three pictures each`);
    if (landmarks !== null) print(`"landmarks": ${JSON.stringify(landmarks)}`);
    for (const { path, files } of exported) print(`exported ${path}: ${files.join(', ')}`);
  },
});

function asJson({ description, exported, landmarks }: ScansOutcome, withExported: boolean): Json {
  const extra = { ...(withExported ? { exported } : {}), ...(landmarks === null ? {} : { landmarks }) };
  return JSON.parse(JSON.stringify({ ...description, ...extra })) as Json;
}

/** The options of the command line in place of the experiment's. */
function withArguments(
  options: ScanOptions,
  { manifest, layout }: { manifest?: string | undefined; layout?: string | undefined },
): ScanOptions {
  const checked = ScanOptions.shape.layout.safeParse(layout);
  if (!checked.success) {
    throw new UserError({
      subject: `--layout ${layout}`,
      problem: checked.error.issues[0]?.message ?? 'no layout',
      fix: 'write zyxc for an array of shape [z, y, x, colours]',
    });
  }
  return {
    ...options,
    ...(manifest === undefined ? {} : { manifest: resolve(manifest) }),
    ...(layout === undefined ? {} : { layout }),
  };
}
