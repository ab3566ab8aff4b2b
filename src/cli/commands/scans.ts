/** `voxolve scans DIR`: what is there, what is unreadable and why, what each scan will become. */
import { scans as describe, type ScansOutcome } from '../../api/scans.js';
import { type Json, plainJson } from '../../core/json.js';
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
    const outcome = await describe({
      folder: args.dir,
      experiment: args.experiment,
      manifest: args.manifest,
      layout: args.layout,
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
  return plainJson({ ...description, ...extra });
}
