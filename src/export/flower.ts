/**
 * The Flower export: a PyTorch export that is an app for Flower as well, which trains it at several sites.
 */
import { readFileSync } from 'node:fs';
import { packageFile } from '../core/package-files.js';
import { UserError } from '../core/errors.js';
import type { PytorchExport } from './contents.js';
import { flowerProject } from './files/flower-project.js';
import { FLOWER_README } from './files/flower-readme.js';
import { exportPytorch } from './pytorch.js';
import type { ExportFiles } from './write-folder.js';

const SHARED = ['client_app.py', 'server_app.py', 'federation.py', 'protections.py'] as const;

/** All files of the folder, by name. Throws `UserError` for a task without Python, or with a file of a name that the app has. */
export function exportFlower(content: PytorchExport): ExportFiles {
  const files = exportPytorch(content);
  const { name } = content.task;
  if (content.task.source === undefined) {
    throw new UserError({
      subject: `proxy task ${name}`,
      problem: 'has no PyTorch source, which sites would train with',
      fix: 'add "pytorch" to its plan, or export to pytorch or onnx',
    });
  }
  const taken = SHARED.find((file) => file in files);
  if (taken !== undefined) {
    throw new UserError({
      subject: `proxy task ${name}`,
      problem: `has a Python file ${taken}, a name that a Flower app uses`,
      fix: 'give the file another name',
    });
  }
  const copies = SHARED.map((file) => [file, readFileSync(packageFile(`python/${file}`), 'utf8')] as const);
  return {
    ...files,
    ...Object.fromEntries(copies),
    'pyproject.toml': flowerProject(content.training),
    'README.md': `${textOf(files['README.md'])}\n${FLOWER_README}`,
  };
}

function textOf(content: string | Uint8Array | undefined): string {
  return typeof content === 'string' ? content : '';
}
