/**
 * Reads the tensors of a file of weights: PyTorch's zip and its older format, or safetensors, told by the first bytes.
 */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { messageOf, UserError } from '../core/errors.js';
import { readSafetensorsWeights } from './safetensors.js';
import type { StoredTensor } from './stored-tensor.js';
import { stateDictOf } from './state-dict.js';
import { readLegacyCheckpoint } from './torch/legacy-checkpoint.js';
import { readZipCheckpoint } from './torch/zip-checkpoint.js';
import { naming, Unreadable } from './unreadable.js';

/** Several times the largest network that is known here, with its optimiser's state. */
const LARGEST_FILE = 2 ** 31 - 1;

export interface WeightsFile {
  /** Tensors by the name that the file gives them. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly bytes: Uint8Array;
}

/** Throws `UserError`, whatever the file holds; nothing of it is ever run. */
export function readWeights(path: string): WeightsFile {
  const bytes = load(path);
  return naming(path, () => ({ tensors: tensorsOf(bytes, path), bytes }));
}

function tensorsOf(file: Buffer, path: string): ReadonlyMap<string, StoredTensor> {
  if (file.length < 8) throw new Unreadable(`it holds no weights: ${file.length} bytes`);
  if (file.toString('latin1', 0, 2) === 'PK') return stateDictOf(readZipCheckpoint(file));
  if (file[0] === 0x80) return stateDictOf(readLegacyCheckpoint(file));
  if (file.toString('latin1', 8, 9) === '{') return readSafetensorsWeights(file, path);
  throw new Unreadable(
    'it is neither a file of PyTorch nor a safetensors file',
    'give weights that torch.save wrote (.pth, .pt), or safetensors',
  );
}

function load(path: string): Buffer {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new Unreadable('it is not a file', 'give a file of weights');
    if (stat.size > LARGEST_FILE) {
      throw new Unreadable(`it has ${stat.size} bytes, far more than any network that voxolve knows`);
    }
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Unreadable)
      return naming(path, () => {
        throw error;
      });
    throw new UserError(
      { subject: path, problem: `cannot be read (${messageOf(error)})`, fix: 'give a file of weights' },
      { cause: error },
    );
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
