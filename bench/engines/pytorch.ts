/**
 * PyTorch process that trains one network, one round per request.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '../../src/core/errors.js';
import { tensor, type TensorMap } from '../../src/core/tensor.js';
import type { Feeds } from '../../src/engines/engine.js';
import { modelSource } from '../../src/export/python/model.js';
import { writeSafetensors } from '../../src/core/safetensors.js';
import { CLASSES, LEARNING_RATE, type Network } from './networks.js';
import { TRAINER } from './pytorch-source.js';
import type { Round, Trainer } from './trainer.js';

export async function startPytorch(
  python: string,
  { architecture }: Network,
  weights: TensorMap,
  feeds: Feeds,
  threads: number,
): Promise<Trainer> {
  const folder = mkdtempSync(join(tmpdir(), 'voxolve-bench-'));
  const batches = Object.entries(feeds).map(([name, { shape, data }]) => [
    name,
    tensor(shape, Float32Array.from(data)),
  ]);
  const files = {
    'model.py': modelSource(architecture, 'A network of the benchmark of engines.'),
    'train.py': TRAINER,
    'job.json': JSON.stringify({ threads, classes: CLASSES, rate: LEARNING_RATE }),
    'weights.safetensors': writeSafetensors(weights),
    'batches.safetensors': writeSafetensors(Object.fromEntries(batches) as TensorMap),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const child = spawn(python, [join(folder, 'train.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) =>
    child.once('close', () => resolve()).once('error', () => resolve()),
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const line = await lines.next();
    if (line.done !== true) return JSON.parse(line.value);
    throw new UserError({
      subject: 'VOXOLVE_PYTHON',
      problem: `must be a Python with PyTorch, and ${python} ended without an answer`,
      fix: 'see its message above',
    });
  };
  await answer();
  return {
    round: async () => {
      child.stdin.write('\n');
      return (await answer()) as Round;
    },
    dispose: async () => {
      child.stdin.end();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
