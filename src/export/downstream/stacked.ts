/**
 * The export of a stacked model: the folders of its parts, each a model that answers and trains by itself, and the learner on
 * what they tell.
 */
import { readFileSync } from 'node:fs';
import { packageFile } from '../../core/package-files.js';
import { metaInPython, type MetaModel } from '../../downstream/fusion/meta/meta.js';
import type { DownstreamTask } from '../../downstream/task-file.js';
import type { Targets } from '../../downstream/targets.js';
import { readableJson } from '../readable-json.js';
import type { ExportFiles } from '../write-folder.js';
import { thresholdsNote } from './readme.js';

export interface StackedExport {
  readonly task: DownstreamTask;
  /** Version of voxolve. */
  readonly version: string;
  readonly targets: Targets;
  readonly meta: MetaModel;
  /** Files of each part, by its name. */
  readonly parts: Readonly<Record<string, ExportFiles>>;
  /** Of the stack's probabilities; absent where nothing was calibrated. */
  readonly temperature?: number;
  /** As in a model of one piece. */
  readonly thresholds?: Readonly<Record<string, number>>;
}

/** All files of the folder, by name; those of a part under its name. Parts without code give weights and settings as data alone. */
export function exportStacked(content: StackedExport): ExportFiles {
  const { task, parts } = content;
  const inFolders = Object.entries(parts).flatMap(([part, files]) =>
    Object.entries(files).map(([name, file]) => [`${part}/${name}`, file] as const),
  );
  const runs = hasCode(content);
  const shared = (name: string): string => readFileSync(packageFile(`python/${name}`), 'utf8');
  return {
    ...Object.fromEntries(inFolders),
    'README.md': stackedReadme(content, runs),
    'task.json': readableJson(task),
    'stacked.json': readableJson(settingsOf(content)),
    ...(runs && {
      'meta.py': shared('meta.py'),
      'decisions.py': shared('decisions.py'),
      'predict.py': shared('predict_stacked.py'),
      'requirements.txt': 'numpy\ntorch>=1.13\nnibabel\n',
    }),
  };
}

const hasCode = ({ parts }: StackedExport): boolean =>
  Object.values(parts).every((files) => files['predict.py'] !== undefined);

/** `meta`: arguments of `Meta` in `meta.py`. */
function settingsOf({ targets, meta, temperature, thresholds }: StackedExport): object {
  return {
    targets: targets.kind,
    classes: targets.kind === 'classes' ? targets.names : [],
    times: meta.kind === 'time' ? meta.times : [],
    temperature: temperature ?? null,
    thresholds: thresholds ?? null,
    meta: metaInPython(meta).settings,
  };
}

function stackedReadme(content: StackedExport, runs: boolean): string {
  const { task, version, meta } = content;
  const weights = Object.entries(meta.weights).map(([part, weight]) => `${part} ${weight.toPrecision(3)}`);
  const code = runs
    ? `| \`predict.py\` | answers for a manifest: runs \`predict.py\` of both parts, and weights what they tell |
| \`meta.py\` | how it is weighted |
| \`decisions.py\` | decisions by thresholds per group, where there are some |
| \`requirements.txt\` | what to install |
`
    : '';
  return `# ${task.name}: a stacked model

Fitted by voxolve ${version} with the head \`${task.head.name}\`: one model reads scans, another the table, and a learner weights what they tell
(${weights.join(', ')}). It was fitted to answers for patients that the parts had not seen.

| File | What it is |
| --- | --- |
| \`scan/\`, \`table/\` | the parts: each answers, and trains further, by itself; see the README there |
| \`stacked.json\` | the learner: weights of the parts, and what it adds |
| \`task.json\` | the task as it was asked for, complete with defaults |
${code}
${runs ? USE : `The head ${task.head.name} has no PyTorch source, so there is no code here.\n`}${thresholdsNote(content)}`;
}

const USE = `## Use

\`\`\`sh
pip install -r requirements.txt
python predict.py MANIFEST.csv --scans SCANS --output predictions.csv
\`\`\`

\`SCANS\` is a folder of NIfTI files, which \`path\` of the manifest names. voxolve itself reads more formats. A part that was trained
further is another model, whose answers the weights in \`stacked.json\` were not fitted to.
`;
