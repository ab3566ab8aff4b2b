/** `voxolve labels FILE… --scans DIR -o labels.csv`: what readers drew and said, as a manifest for probes and fine-tuning. */
import { labels, type LabelsOutcome } from '../../api/labels.js';
import { plainJson } from '../../core/json.js';
import { defineCommand } from '../command.js';
import { labelsText } from '../views/labels-text.js';
import { jsonOption, print, printJson } from '../views/output.js';

export const labelsCommand = defineCommand({
  command: 'labels <files..>',
  describe:
    'make a manifest of what readers drew and said: MD.ai, DICOM SEG, RTSTRUCT, COCO, NIfTI masks, tables',
  builder: (yargs) =>
    yargs
      .positional('files', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'files of labels, or folders',
      })
      .option('scans', {
        type: 'string',
        demandOption: true,
        describe: 'folder of the scans that they are of',
      })
      .option('output', {
        alias: 'o',
        type: 'string',
        demandOption: true,
        describe: 'manifest to write (.csv), masks beside it; or a .json for MD.ai, a folder for dicom-seg',
      })
      .option('to', {
        choices: ['manifest', 'mdai', 'dicom-seg'] as const,
        default: 'manifest' as const,
        describe: 'a manifest for training, or files to go back to an annotation program',
      })
      .option('project', {
        type: 'string',
        describe: "MD.ai's JSON of the project to go back to: its labels' ids are used",
      })
      .option('manifest', {
        type: 'string',
        describe: 'table (CSV, TSV) that says which scan is whose; its other columns are kept',
      })
      .option('take', {
        choices: ['classes', 'masks'] as const,
        describe: 'what the manifest holds, where files have both',
      })
      .option('label', {
        type: 'string',
        array: true,
        default: [] as string[],
        describe: 'labels that count; default: all',
      })
      .option('readers', {
        choices: ['majority', 'each', 'refuse'] as const,
        default: 'refuse' as const,
        describe:
          'several readers of one scan: what more than half say, a row each, or an error where they differ',
      })
      .option('reader-per-file', {
        type: 'boolean',
        default: false,
        describe: 'each file is by a reader of its own',
      })
      .option('absent-is-negative', {
        type: 'boolean',
        default: false,
        describe: 'what is not labelled is negative; else it is unknown',
      })
      .option('drop-interpolated', {
        type: 'boolean',
        default: false,
        describe: 'leave out frames that the annotation program interpolated',
      })
      .option('predicted', {
        type: 'boolean',
        default: false,
        describe: 'of tables with p_CLASS, such as predictions.csv, take the likeliest class, not the label',
      })
      .option('key', {
        type: 'string',
        describe: 'key of deidentify, where labels or scans have the UIDs from before',
      })
      .options(jsonOption),
  handler: async (args) => {
    const outcome = await labels({
      files: args.files,
      scans: args.scans,
      output: args.output,
      to: args.to,
      project: args.project,
      manifest: args.manifest,
      take: args.take,
      labels: args.label,
      readers: args.readers,
      readerPerFile: args.readerPerFile,
      absentIsNegative: args.absentIsNegative,
      dropInterpolated: args.dropInterpolated,
      predicted: args.predicted,
      key: args.key,
    });
    show(outcome, args.output, args.json);
  },
});

function show(outcome: LabelsOutcome, output: string, json: boolean): void {
  if (json) return printJson(plainJson(outcome));
  print(labelsText(outcome, output));
}
