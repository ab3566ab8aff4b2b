/**
 * The export of a fine-tuned model: code that answers for scans and tables as voxolve does, and trains further.
 */
import { readFileSync } from 'node:fs';
import { packageFile } from '../../core/package-files.js';
import { writeSafetensors } from '../../core/safetensors.js';
import { pythonFiles, type PythonFiles } from '../../tasks/python-files.js';
import type { PythonSource } from '../../tasks/task.js';
import { writeNpz } from '../npz.js';
import { modelSource } from '../python/model.js';
import { readableJson } from '../readable-json.js';
import type { ExportFiles } from '../write-folder.js';
import type { DownstreamExport } from './contents.js';
import { downstreamReadme } from './readme.js';
import { downstreamSettings } from './settings.js';

export type { DownstreamExport, ExportedEncoder } from './contents.js';
export { exportStacked } from './stacked.js';

/** Files that are the same in all exports; the last two only where there is an encoder. */
const SHARED = [
  'outcome.py',
  'table.py',
  'covariates.py',
  'rows.py',
  'tensors.py',
  'optimisers.py',
  'processes.py',
  'running.py',
  'decisions.py',
  'predict.py',
  'finetune.py',
  'lightning.py',
];
const OF_SCANS = ['crops.py', 'scans.py'];

/** All files of the folder, by name. A head without Python gives weights and settings as data alone. */
export function exportDownstream(content: DownstreamExport): ExportFiles {
  const { task, encoder, weights, parity } = content;
  const data: ExportFiles = {
    'README.md': downstreamReadme(content),
    'task.json': readableJson(task),
    'outcome.safetensors': writeSafetensors(weights),
    'parity.npz': writeNpz(parity),
    ...(encoder && {
      'model.py': modelSource(
        encoder.architecture,
        `3D encoder of the task ${task.name} (voxolve ${content.version}).`,
      ),
      'weights.safetensors': writeSafetensors(encoder.weights),
      'architecture.json': readableJson(encoderDescription(content, encoder)),
    }),
  };
  return content.head === undefined ? data : { ...data, ...code(content, content.head) };
}

function code(content: DownstreamExport, source: PythonSource): ExportFiles {
  const head = named('head', `head ${content.task.head.name}`, source);
  const fusion = named('fusion', `fusion ${content.task.fusion.name}`, content.fusion);
  const scans = content.encoder === undefined ? [] : OF_SCANS;
  const shared = [...SHARED, ...scans].map(
    (name) => [name, readFileSync(packageFile(`python/${name}`), 'utf8')] as const,
  );
  return {
    ...head.files,
    ...fusion.files,
    ...Object.fromEntries(shared),
    'settings.py': downstreamSettings(content, head.settings, fusion.settings),
    'requirements.txt': ['numpy', 'torch>=1.13', ...(scans.length > 0 ? ['nibabel'] : []), ''].join('\n'),
  };
}

/** The files of a part; the first is named for it. */
function named(part: 'head' | 'fusion', subject: string, source: PythonSource): PythonFiles {
  const { files, settings } = pythonFiles(subject, source);
  const entries = Object.entries(files).map(([name, text]) => [
    name === 'task.py' ? `${part}.py` : name,
    text,
  ]);
  return { files: Object.fromEntries(entries) as PythonFiles['files'], settings };
}

/** `architecture.json`: enough for the folder to be named by `--encoder`. */
function encoderDescription(
  { task, version }: DownstreamExport,
  { architecture, scans, size, normalisation }: NonNullable<DownstreamExport['encoder']>,
): object {
  return {
    architecture,
    origin: { version, experiment: task.name, space: 'finetune' },
    input: size,
    scans,
    ...(normalisation === null ? {} : { normalisation }),
  };
}
