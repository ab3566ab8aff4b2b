/** `voxolve scans DIR`: what is there, what is unreadable and why, what each scan will become. */
import { readExperiment } from '../../experiment/read.js';
import { describeScans, type ScanDescription } from '../../scans/describe.js';
import { ScanOptions } from '../../scans/options.js';
import { defineCommand } from '../command.js';
import { plural, table } from '../format.js';
import { jsonOption, print, printJson } from '../output.js';
import { showProgress } from '../scan-source.js';

export const scans = defineCommand({
  command: 'scans <dir>',
  describe: 'what a folder of scans holds, and what it will become',
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'folder of scans' })
      .option('experiment', { type: 'string', describe: 'experiment file whose preprocessing applies' })
      .options(jsonOption),
  handler: async (args) => {
    const options =
      args.experiment === undefined ? ScanOptions.parse({}) : (await readExperiment(args.experiment)).scans;
    const description = await describeScans(args.dir, options, { onProgress: showProgress });
    if (args.json) printJson(JSON.parse(JSON.stringify(description)) as object as never);
    else printTable(description);
  },
});

function printTable({ series, skipped }: ScanDescription): void {
  const rows = series.map((entry) => [
    entry.path,
    entry.format,
    entry.modality ?? '',
    entry.size.join('×') + (entry.frames > 1 ? `×${entry.frames}` : ''),
    entry.spacing_mm.map((mm) => mm.toFixed(2)).join('×'),
    entry.orientation,
    entry.prepared === null ? '' : entry.prepared.size.join('×'),
    entry.problem ?? '',
  ]);
  print(table(['file', 'format', 'modality', 'size x×y×z', 'mm', 'axes', 'becomes D×H×W', 'problem'], rows));
  const unusable = series.filter(({ problem }) => problem !== null).length;
  print(`${plural(series.length, 'scan')}, ${unusable} with a problem, ${skipped.length} unreadable`);
  for (const { path, reason } of skipped) print(`  unreadable ${path}: ${reason}`);
}
