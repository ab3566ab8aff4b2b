/** `voxolve deidentify IN OUT --key FILE`: DICOM files that may leave the hospital; what it cannot answer for is left out. */
import {
  deidentificationCounts as countsOf,
  deidentify,
  type DeidentifyOutcome,
} from '../../api/deidentify.js';
import { UserError } from '../../core/errors.js';
import { defineCommand } from '../command.js';
import { interruptible } from '../interrupt.js';
import { plural } from '../views/format.js';
import { jsonOption, note, print, printJson } from '../views/output.js';

const SAFE_PRIVATE = 'retain-safe-private';

export const deidentifyCommand = defineCommand({
  command: 'deidentify <in> <out>',
  describe: 'make DICOM files that may leave the hospital; what cannot be answered for is left out',
  builder: (yargs) =>
    yargs
      .positional('in', { type: 'string', demandOption: true, describe: 'file or folder to read' })
      .positional('out', {
        type: 'string',
        demandOption: true,
        describe: 'folder to write; it must not exist',
      })
      .option('key', {
        type: 'string',
        demandOption: true,
        describe: 'file of 32 secret bytes or more; equal keys give equal identities',
      })
      .option('profile', {
        choices: ['basic'] as const,
        default: 'basic' as const,
        describe: 'of DICOM PS3.15',
      })
      .option('option', {
        type: 'string',
        array: true,
        default: [] as string[],
        describe:
          'retain-dates, modify-dates, retain-patient, retain-device, retain-institution, clean-descriptors, ' +
          'clean-structured, clean-graphics, clean-pixels, or retain-safe-private FILE',
      })
      .option('pixel-rules', {
        type: 'string',
        describe: 'file of rectangles to blank, with conditions on headers; for clean-pixels',
      })
      .option('keep', {
        type: 'string',
        array: true,
        default: [] as string[],
        describe: 'tags such as 0018,0050: nothing else stays but what a picture needs',
      })
      .option('to', {
        choices: ['dicom', 'npy', 'video'] as const,
        default: 'dicom' as const,
        describe: 'what to write: DICOM files, an array of each volume or clip, or a video of each clip',
      })
      .option('again', {
        type: 'boolean',
        default: false,
        describe: 'take files that are de-identified already',
      })
      .option('report', { type: 'string', describe: 'folder for the report and copies of what was left out' })
      .option('crosswalk', { type: 'string', describe: 'file for the table of old and new identities' })
      .options(jsonOption),
  handler: async ({
    in: input,
    out: output,
    key,
    option,
    pixelRules,
    keep,
    to,
    again,
    report,
    crosswalk,
    json,
  }) => {
    const { options, safePrivate } = optionsOf(option);
    const stopping = (): void => note('stopping: nothing is written');
    const outcome = await interruptible(stopping, async ({ signal, begin }) => {
      begin();
      const asked = {
        input,
        output,
        key,
        options,
        safePrivate,
        pixelRules,
        keep,
        to,
        again,
        report,
        crosswalk,
        signal,
      };
      return deidentify(asked).catch((error: unknown) => {
        if (signal.aborted) return null;
        throw error;
      });
    });
    if (outcome === null) {
      process.exitCode = 130;
      return;
    }
    for (const { tag, options: others } of outcome.overruled) note(overruledNote(tag, others));
    show(outcome, output, json);
    if (outcome.written === 0 || Object.keys(outcome.quarantined).length > 0) process.exitCode = 1;
  },
});

function overruledNote(tag: string, options: readonly string[]): string {
  const fix = options.length === 0 ? 'no option keeps it' : `see --option ${options.join(', ')}`;
  return `--keep ${tag}: the profile removes it all the same; ${fix}`;
}

/** Takes the file that follows `retain-safe-private` out of the options. */
function optionsOf(words: readonly string[]): { options: string[]; safePrivate: string | undefined } {
  const at = words.indexOf(SAFE_PRIVATE);
  if (at === -1) return { options: [...words], safePrivate: undefined };
  const safePrivate = words[at + 1];
  if (safePrivate === undefined)
    throw new UserError({
      subject: `--option ${SAFE_PRIVATE}`,
      problem: 'needs a list of creators and elements',
      fix: `write: --option ${SAFE_PRIVATE} FILE`,
    });
  return { options: words.filter((_, i) => i !== at + 1), safePrivate };
}

function show(outcome: DeidentifyOutcome, output: string, json: boolean): void {
  const { written, sources, duplicates, quarantined, actions, video } = outcome;
  if (video?.codec === 'h264')
    note(
      `warning: this node-av cannot write FFV1: ${plural(written, 'clip')} written as H.264, ` +
        `${video.lossy} of them with other pixels than before`,
    );
  if (json) return printJson(countsOf(outcome));
  const what =
    sources === undefined
      ? plural(written, 'file')
      : `${plural(written, 'scan')} of ${plural(sources, 'file')}`;
  print(written === 0 ? 'nothing may leave; nothing was written' : `${what} written to ${output}`);
  if (duplicates > 0) print(`${plural(duplicates, 'file')} left out: the same as another one`);
  for (const [code, count] of Object.entries(quarantined))
    print(`${plural(count, 'file')} held back: ${code}`);
  const done = Object.entries(actions).map(([name, count]) => `${name} ${count}`);
  if (done.length > 0) print(`elements: ${done.join(', ')}`);
}
