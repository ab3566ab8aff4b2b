/**
 * Where TensorFlow.js is installed, and loading it.
 *
 * All its packages are optional peers. They are looked for in the folder that VOXOLVE_TFJS_NODE names, in the user's
 * project and beside voxolve, and loaded only when a session is opened: who uses another engine pays nothing.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { UserError, messageOf } from '../../core/errors.js';
import type { Tf } from './kernels/kernel.js';

/** In order of preference: TensorFlow on a GPU, TensorFlow on the CPU, plain JavaScript. */
export const tfjsDevices = ['gpu', 'cpu', 'js'] as const;
export type TfjsDevice = (typeof tfjsDevices)[number];

/** `tfjs-layers` is there for the gradients: of the packages that can be required, it alone registers them. */
const JAVASCRIPT = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-layers',
  '@tensorflow/tfjs-backend-cpu',
] as const;
const NODE = '@tensorflow/tfjs-node';
const NODE_GPU = '@tensorflow/tfjs-node-gpu';

/** Each row: packages that are needed together; the first row that is installed is used. */
const choices: Readonly<Record<TfjsDevice, readonly (readonly [string, ...string[]])[]>> = {
  // Either native package runs on whatever its TensorFlow was built for (docs/engines.md).
  gpu: [[NODE_GPU], [NODE]],
  cpu: [[NODE], [NODE_GPU]],
  js: [JAVASCRIPT],
};

/** The command that installs a device's package. */
export const installs: Readonly<Record<TfjsDevice, string>> = {
  gpu: `npm install ${NODE_GPU}`,
  cpu: `npm install ${NODE}`,
  js: `npm install ${JAVASCRIPT.join(' ')}`,
};

/** The files of a device's packages, the one to use first; undefined where one is missing. */
export function locate(device: TfjsDevice): readonly [string, ...string[]] | undefined {
  for (const names of choices[device]) {
    for (const resolve of resolvers()) {
      try {
        return names.map((name) => resolve(name)) as [string, ...string[]];
      } catch {
        continue; // not installed here; the next place may have it
      }
    }
  }
  return undefined;
}

function resolvers(): ((name: string) => string)[] {
  const named = process.env['VOXOLVE_TFJS_NODE'];
  const folders = [...(named === undefined ? [] : [named]), process.cwd()];
  const bases = [...folders.map((folder) => join(folder, 'package.json')), import.meta.url];
  return bases.map((base) => createRequire(base).resolve);
}

/** Environment that TensorFlow reads when it is loaded: quiet, reproducible, and on the CPU where that was asked for. */
export function nativeEnvironment(device: TfjsDevice, threads: number): Record<string, string> {
  return {
    TF_CPP_MIN_LOG_LEVEL: '3',
    TF_DETERMINISTIC_OPS: '1',
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
    ...(device === 'cpu' ? { CUDA_VISIBLE_DEVICES: '-1' } : {}),
  };
}

export interface Loaded {
  readonly tf: Tf;
  /** TensorFlow.js's name of the backend. */
  readonly backend: 'tensorflow' | 'cpu';
}

/** Loads a device's packages. Throws `UserError` where they are missing or broken. */
export function loadTensorFlow(device: TfjsDevice, threads: number): Loaded {
  const files = locate(device);
  if (files === undefined) {
    throw new UserError({
      subject: `device ${device} of engine tfjs`,
      problem: `${choices[device][0]?.join(', ') ?? ''} must be installed, and is not found here`,
      fix: `run \`${installs[device]}\``,
    });
  }
  if (device !== 'js') Object.assign(process.env, nativeEnvironment(device, threads));
  const load = createRequire(import.meta.url);
  try {
    const [tf] = files.map((file) => load(file) as Tf);
    // Without it, TensorFlow.js advertises itself on the console.
    tf?.enableProdMode();
    return { tf: tf as Tf, backend: device === 'js' ? 'cpu' : 'tensorflow' };
  } catch (cause) {
    throw new UserError(
      {
        subject: `device ${device} of engine tfjs`,
        problem: `its package must load, and does not: ${messageOf(cause)}`,
        fix: 'see `voxolve doctor`',
      },
      { cause },
    );
  }
}

/** Makes a backend the one that ops run on. Backends here initialise at once, so that nothing needs awaiting. */
export function useBackend({ tf, backend }: Loaded): void {
  if (tf.getBackend() !== backend) void tf.setBackend(backend);
}
