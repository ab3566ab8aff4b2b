import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { proxyTasks } from '../../proxy-tasks/index.js';
import { present } from '../../src/core/errors.js';
import { sha256 } from '../../src/core/hash.js';
import { packageFile } from '../../src/core/package-files.js';
import { tensor } from '../../src/core/tensor.js';
import {
  encoderWeights,
  exportPytorch,
  writeFolder,
  type ExportFiles,
  type PytorchExport,
} from '../../src/export/index.js';
import type { PythonSource } from '../../src/tasks/task.js';
import { planOf } from '../proxy-tasks/support.js';
import { writeNpz } from '../../src/export/npz.js';
import { readSafetensors } from '../../src/core/safetensors.js';
import { randomArchitecture } from '../search-spaces/genomes.js';
import { temporaryFolder } from '../support/tiny.js';
import { randomContent, textOf } from './exports.js';

describe('the files of a PyTorch export', () => {
  let content: PytorchExport;
  beforeAll(async () => {
    content = await randomContent(randomArchitecture(3), [2, 1, 12, 12, 12]);
  });
  const exportOf = (source: PythonSource): ExportFiles =>
    exportPytorch({ ...content, task: { name: 'mine', options: {}, source } });

  it('are these, and a pretraining script where the task has a PyTorch source', () => {
    const always = [
      'README.md',
      'architecture.json',
      'model.py',
      'parity.npz',
      'requirements.txt',
      'weights.safetensors',
    ];
    expect(Object.keys(exportPytorch(content)).sort()).toEqual(always);
    const withTask = exportOf('class Task: ...\n');
    expect(Object.keys(withTask).sort()).toEqual(
      [
        ...always,
        'optimisers.py',
        'pretrain.py',
        'processes.py',
        'running.py',
        'scans.py',
        'settings.py',
        'task.py',
      ].sort(),
    );
  });

  it.each(Object.keys(proxyTasks))('with %s hold every module that one of them imports', (name) => {
    const files = exportOf(present(planOf(name).pytorch?.(), name));
    const modules = Object.keys(files).flatMap((file) => (file.endsWith('.py') ? [file.slice(0, -3)] : []));
    const others =
      '__future__ argparse collections contextlib dataclasses functools importlib io json math os pathlib struct sys typing';
    const installed = [...others.split(' '), 'nibabel', 'numpy', 'torch'];
    for (const module of modules) {
      const source = textOf(files, `${module}.py`);
      const imported = [...source.matchAll(/^(?:from|import) (\w+)/gm)].map(([, found]) => found);
      for (const found of imported) expect([...modules, ...installed], `${module}.py`).toContain(found);
    }
    for (const [, module = ''] of textOf(files, 'settings.py').matchAll(/"module": "(\w+)"/g)) {
      expect(modules).toContain(module);
    }
    for (const file of modules)
      expect(textOf(files, 'README.md')).toMatch(new RegExp(`^\\|.*\`${file}\\.py\`.*\\|`, 'm'));
  });

  it('are the Python files of the package, unchanged, and settings for them', () => {
    const files = exportOf(present(planOf('jigsaw3d').pytorch?.(), 'jigsaw3d'));
    const ofPackage = (path: string): string => readFileSync(packageFile(path), 'utf8');
    expect(files['task.py']).toBe(ofPackage('proxy-tasks/jigsaw3d.py'));
    for (const name of ['patches.py', 'heads.py', 'scans.py', 'optimisers.py', 'pretrain.py']) {
      expect(files[name]).toBe(ofPackage(`python/${name}`));
    }
    expect(files['settings.py']).toContain('\nSTEPS = 3\n');
    expect(files['settings.py']).toContain('\nCLIP_NORM = None\n');
    expect(files['settings.py']).toContain('\n    "crop": (16, 16, 16),\n');
  });

  it("may be a task's own text, alone or by file name, and then have no settings for it", () => {
    const task = 'from more import Task\n';
    const files = exportOf({ 'task.py': task, 'more.py': 'class Task: ...\n' });
    expect(files['task.py']).toBe(task);
    expect(files['more.py']).toBe('class Task: ...\n');
    expect(files['settings.py']).toContain('\nTASK = {}\n');
    expect(exportOf(task)['task.py']).toBe(task);
  });

  it('say in the README why there is no pretraining script', () => {
    const files = exportPytorch(content);
    expect(textOf(files, 'README.md')).toContain('The proxy task stub has no PyTorch source');
    expect(textOf(files, 'requirements.txt')).not.toContain('nibabel');
  });

  it('hold the weights bit for bit', () => {
    const bytes = exportPytorch(content)['weights.safetensors'] as Uint8Array;
    const read = readSafetensors(bytes, 'weights.safetensors');
    expect(Object.keys(read).sort()).toEqual(Object.keys(content.weights).sort());
    for (const [name, { shape, data }] of Object.entries(content.weights)) {
      expect(read[name]?.shape).toEqual(shape);
      expect(sha256(Buffer.from(read[name]?.data.buffer ?? new ArrayBuffer()))).toBe(
        sha256(Buffer.from(data.buffer)),
      );
    }
  });

  it('are equal bytes for equal content', () => {
    const hashes = () => Object.entries(exportPytorch(content)).map(([name, file]) => [name, sha256(file)]);
    expect(hashes()).toEqual(hashes());
  });

  it('give the architecture back from architecture.json', () => {
    const parsed = JSON.parse(textOf(exportPytorch(content), 'architecture.json')) as {
      architecture: unknown;
    };
    expect(parsed.architecture).toEqual(content.architecture);
  });

  it('are refused with weights that do not fit the architecture', () => {
    const { 'stem.conv.weight': _, ...others } = content.weights;
    expect(() => exportPytorch({ ...content, weights: others })).toThrow('the weights lack stem.conv.weight');
    const wrong = { ...content.weights, 'stem.norm.bias': tensor([1], new Float32Array(1)) };
    expect(() => exportPytorch({ ...content, weights: wrong })).toThrow(
      'stem.norm.bias has shape [1], expected',
    );
  });

  it('take the encoder out of weights that also hold a head', () => {
    const named = Object.fromEntries(
      Object.entries(content.weights).map(([name, value]) => [`encoder.${name}`, value]),
    );
    const all = { ...named, 'head.weight': tensor([1], new Float32Array(1)) };
    expect(encoderWeights(content.architecture, all, 'encoder.')).toEqual(content.weights);
  });
});

describe('a file of NumPy arrays', () => {
  it('has headers that NumPy reads: aligned to 64 bytes, little-endian, row-major', () => {
    const data = Float32Array.from([1, -2, 3.5]);
    const files = unzipSync(
      writeNpz({ a: tensor([3], data), b: tensor([1, 3], data), c: tensor([], data.slice(0, 1)) }),
    );
    expect(Object.keys(files)).toEqual(['a.npy', 'b.npy', 'c.npy']);
    const headers = Object.values(files).map((file) => {
      const bytes = Buffer.from(file);
      const length = 10 + bytes.readUInt16LE(8);
      expect(length % 64).toBe(0);
      expect(bytes.toString('latin1', 0, 8)).toBe('\x93NUMPY\x01\x00');
      expect(bytes[length - 1]).toBe(0x0a);
      return [bytes.toString('latin1', 10, length).trim(), bytes.readFloatLE(length)];
    });
    expect(headers).toEqual([
      ["{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 1],
      ["{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }", 1],
      ["{'descr': '<f4', 'fortran_order': False, 'shape': (), }", 1],
    ]);
  });
});

describe('writing a folder', () => {
  const files = { 'a.txt': 'one', 'b.bin': Uint8Array.of(1, 2) };

  it('makes it with its parents, or fills an empty one, and leaves nothing next to it', async () => {
    const root = temporaryFolder();
    await writeFolder(join(root, 'new', 'export'), files);
    mkdirSync(join(root, 'empty'));
    await writeFolder(join(root, 'empty'), files);
    for (const folder of [join(root, 'new', 'export'), join(root, 'empty')]) {
      expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('one');
      expect([...readFileSync(join(folder, 'b.bin'))]).toEqual([1, 2]);
    }
    expect(readdirSync(root).sort()).toEqual(['empty', 'new']);
    expect(readdirSync(join(root, 'new'))).toEqual(['export']);
  });

  it('refuses a folder that is not empty in one line, and does not touch it', async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'mine.txt'), 'precious');
    await expect(writeFolder(root, files)).rejects.toThrow(
      `${root}: the folder is not empty (it holds 1 entries, such as mine.txt); name a new folder`,
    );
    expect(readdirSync(root)).toEqual(['mine.txt']);
  });

  it('refuses a file', async () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, '');
    await expect(writeFolder(path, files)).rejects.toThrow('is a file, not a folder');
  });

  it('leaves nothing behind where it fails half-way', async () => {
    const root = temporaryFolder();
    await expect(writeFolder(join(root, 'export'), { ...files, 'a.txt/inside.txt': '' })).rejects.toThrow(
      /EEXIST|ENOTDIR/,
    );
    expect(readdirSync(root)).toEqual([]);
  });
});
