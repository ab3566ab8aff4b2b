/**
 * The PyTorch export: an architecture and its weights as a folder of training code.
 */
import { readFileSync } from 'node:fs';
import { packageFile } from '../core/package-files.js';
import { countParameters } from '../nn/parameters.js';
import { writeSafetensors } from '../core/safetensors.js';
import { pythonFiles, type PythonFiles } from '../tasks/python-files.js';
import { readmeSource } from './files/readme.js';
import { requirementsSource } from './files/requirements.js';
import { settingsSource } from './files/settings.js';
import { writeNpz } from './npz.js';
import { modelSource } from './python/model.js';
import { readableJson } from './readable-json.js';
import { encoderWeights } from './weights.js';
import type { PytorchExport } from './contents.js';
import type { ExportFiles } from './write-folder.js';

/** All files of the folder, by name. Throws where the weights do not fit the architecture. */
export function exportPytorch(content: PytorchExport): ExportFiles {
  const { architecture, parity, task } = content;
  const python = task.source === undefined ? undefined : pythonFiles(`proxy task ${task.name}`, task.source);
  const weights = encoderWeights(architecture, content.weights);
  return {
    'README.md': readmeSource(content, python),
    'model.py': modelSource(architecture, originLine(content)),
    'weights.safetensors': writeSafetensors(weights),
    'parity.npz': writeNpz({ input: parity.input, features: parity.features }),
    'architecture.json': readableJson(description(content)),
    'requirements.txt': requirementsSource(python !== undefined),
    ...pretrainingFiles(content, python),
  };
}

/** Code that trains on the proxy task, and the settings that it reads. */
function pretrainingFiles({ training, scans }: PytorchExport, task: PythonFiles | undefined): ExportFiles {
  if (task === undefined) return {};
  const shared = (name: string): string => readFileSync(packageFile(`python/${name}`), 'utf8');
  return {
    ...task.files,
    'settings.py': settingsSource(training, scans, task.settings),
    'scans.py': shared('scans.py'),
    'pretrain.py': shared('pretrain.py'),
    'optimisers.py': shared('optimisers.py'),
    'processes.py': shared('processes.py'),
    'running.py': shared('running.py'),
  };
}

/** Content of `architecture.json`: the tree itself and its origin. */
function description({ architecture, task, origin, scans, training }: PytorchExport): object {
  return {
    architecture,
    parameters: countParameters(architecture),
    origin,
    task: { name: task.name, options: task.options },
    scans,
    training,
  };
}

function originLine({ origin, task }: PytorchExport): string {
  const candidate = origin.candidate === undefined ? '' : `, candidate ${origin.candidate}`;
  return `3D encoder pretrained on ${task.name} (voxolve, ${origin.experiment}${candidate}).`;
}
