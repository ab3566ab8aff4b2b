/** `voxolve scans DIR`: what is there, what is unreadable and why, what each scan will become. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError } from '../../core/errors.js';
import { readExperiment } from '../../experiment/read.js';
import { describeScans, type ScanDescription } from '../../scans/describe.js';
import { USUAL_PERCENTILES, landmarksOf, meanLandmarks } from '../../scans/preprocess/landmarks.js';
import { exportNpy } from '../../scans/npy.js';
import { leftOutLines } from '../../scans/folder/left-out.js';
import { ScanOptions } from '../../scans/options.js';
import type { PreparedVolume } from '../../scans/preprocess/preprocess.js';
import { contactSheet, tilesOf, type Tile } from '../../scans/preview.js';
import { defineCommand } from '../command.js';
import { plural, table } from '../views/format.js';
import { jsonOption, print, printJson } from '../views/output.js';
import { showProgress } from '../../api/scan-source.js';

/** More scans than this do not fit a sheet that one looks at. */
const MOST_ON_SHEET = 300;

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
    const options = withArguments(read, args);
    const sheet: Tile[][] = [];
    const exported: { path: string; files: string[] }[] = [];
    const landmarks: number[][] = [];
    let written = 0;
    const onPrepared = async (volumes: readonly PreparedVolume[], path: string): Promise<void> => {
      const [first] = volumes;
      if (args.preview !== undefined && first !== undefined && sheet.length < MOST_ON_SHEET)
        sheet.push(tilesOf(first));
      if (args.landmarks === true)
        landmarks.push(...volumes.map(({ voxels, foreground }) => landmarksOf(voxels, foreground)));
      if (args.exportNpy === undefined) return;
      const files = await exportNpy(args.exportNpy, volumes, written);
      written += files.length;
      exported.push({ path, files });
    };
    const description = await describeScans(args.dir, options, { onProgress: showProgress, onPrepared });
    if (args.preview !== undefined) await writeFile(args.preview, contactSheet(sheet));
    if (args.json) {
      const extra = {
        ...(args.exportNpy === undefined ? {} : { exported }),
        ...(args.landmarks === true ? { landmarks: meanLandmarks(landmarks, USUAL_PERCENTILES) } : {}),
      };
      printJson(JSON.parse(JSON.stringify({ ...description, ...extra })) as object as never);
      return;
    }
    printTable(description);
    if (args.preview !== undefined)
      print(
        `${args.preview}: ${plural(sheet.length, 'scan')}, in the order of the table, three pictures each`,
      );
    if (args.landmarks === true)
      print(`"landmarks": ${JSON.stringify(meanLandmarks(landmarks, USUAL_PERCENTILES))}`);
    for (const { path, files } of exported) print(`exported ${path}: ${files.join(', ')}`);
  },
});

/** What the command line says, in place of the experiment. */
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

function printTable({ series, skipped, left_out: leftOut }: ScanDescription): void {
  const rows = series.map((entry) => [
    entry.path + (entry.part === undefined ? '' : ` [${entry.part}]`) + filesText(entry),
    entry.format,
    entry.modality ?? '',
    entry.size.join('×') + (entry.frames > 1 ? `×${entry.frames}` : ''),
    entry.spacing_mm.map((mm) => mm.toFixed(2)).join('×'),
    entry.frame_time_s === null ? '' : entry.frame_time_s.toFixed(3),
    entry.orientation,
    becomes(entry),
    [entry.problem ?? '', ...entry.remarks].filter((text) => text !== '').join('; '),
  ]);
  const titles = ['file', 'format', 'modality', 'size x×y×z', 'mm', 's', 'axes', 'becomes D×H×W', 'remarks'];
  print(table(titles, rows));
  const unusable = series.filter(({ problem }) => problem !== null).length;
  print(
    `${plural(series.length, 'scan')}, ${unusable} with a problem, ${skipped.length} unreadable, ${leftOut.length} left out`,
  );
  for (const text of new Set(series.flatMap(clippingOf))) print(`intensities: ${text}`);
  for (const { path, reason } of skipped) print(`  unreadable ${path}: ${reason}`);
  for (const line of leftOutLines(leftOut)) print(`  left out ${line}`);
}

function filesText({ files }: ScanDescription['series'][number]): string {
  return files > 1 ? ` (${files} files)` : '';
}

function becomes({ prepared }: ScanDescription['series'][number]): string {
  if (prepared === null) return '';
  const { size, volumes, frame_time_s: seconds } = prepared;
  return `${volumes > 1 ? `${volumes} × ` : ''}${size.join('×')}${seconds === null ? '' : ` every ${seconds} s`}`;
}

function clippingOf({ modality, prepared }: ScanDescription['series'][number]): string[] {
  return prepared === null ? [] : [`${modality ?? 'unknown modality'} clipped at ${prepared.clipped}`];
}
