/**
 * The NVIDIA GPUs that may be used, and how a process is bound to one of them.
 *
 * A worker's process sees one GPU alone: `CUDA_VISIBLE_DEVICES` names it, so that ONNX Runtime's and TensorFlow's device 0
 * is that GPU (CUDA C++ Programming Guide, "Environment variables"). On webgpu the runtime takes the adapter that the
 * driver offers first; it has no way to name another.
 */
import { execFile } from 'node:child_process';

export interface Gpu {
  /** Index in the order of the PCI bus, as in `nvidia-smi`. */
  readonly index: string;
  readonly uuid: string;
  readonly name: string;
  readonly memoryBytes: number;
}

const TIMEOUT_MS = 10_000;
const QUERY = ['--query-gpu=index,uuid,name,memory.total', '--format=csv,noheader,nounits'];

/** GPUs that the environment allows; none where `nvidia-smi` is not there. */
export function findGpus(environment: NodeJS.ProcessEnv = process.env): Promise<readonly Gpu[]> {
  return new Promise((resolve) => {
    execFile('nvidia-smi', QUERY, { timeout: TIMEOUT_MS }, (error, stdout) => {
      resolve(error ? [] : allowed(parseGpus(stdout), environment['CUDA_VISIBLE_DEVICES']));
    });
  });
}

/** Lines of `index, uuid, name, MiB`; lines of another form are no GPUs. */
export function parseGpus(listing: string): readonly Gpu[] {
  return listing.split('\n').flatMap((line) => {
    const match = /^\s*(\d+), (GPU-[\w-]+), (.+), (\d+)\s*$/.exec(line);
    if (match === null) return [];
    const [, index = '', uuid = '', name = '', mebibytes = ''] = match;
    return [{ index, uuid, name, memoryBytes: Number(mebibytes) * 2 ** 20 }];
  });
}

/** As CUDA reads the variable: indices or the beginnings of UUIDs, in that order, up to the first that is none. */
export function allowed(gpus: readonly Gpu[], visible: string | undefined): readonly Gpu[] {
  if (visible === undefined) return gpus;
  const chosen: Gpu[] = [];
  for (const word of visible.split(',').map((part) => part.trim())) {
    const found = gpus.find(
      ({ index, uuid }) => index === word || (word.length > 4 && uuid.startsWith(word)),
    );
    if (found === undefined) break;
    chosen.push(found);
  }
  return chosen;
}

/** Environment of a process that shall see this GPU alone. */
export function gpuEnvironment({ uuid }: Gpu): Readonly<Record<string, string>> {
  // Several processes share a GPU: TensorFlow must not take all of its memory at once.
  return { CUDA_VISIBLE_DEVICES: uuid, TF_FORCE_GPU_ALLOW_GROWTH: 'true' };
}
