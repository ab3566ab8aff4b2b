/**
 * Where workers stand: a group is some workers that share a memory, that of the machine or that of one GPU.
 */
import { gpuEnvironment, type Gpu } from './gpus.js';

export interface DeviceGroup {
  readonly name: string;
  readonly workers: number;
  /** Bytes that its candidates may take together. */
  readonly memory: number;
  /** Environment of its workers' processes. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface Staff {
  readonly engine: string;
  readonly device: string;
  readonly workers: number;
  /** True if each worker has a process of its own: only then can it be bound to a GPU. */
  readonly processes: boolean;
  /** Bytes of the machine's memory that all candidates may take together. */
  readonly memory: number;
  readonly gpus: readonly Gpu[];
}

/** One group; on NVIDIA GPUs one per GPU, the workers dealt out in turn. GPUs that get no worker have no group. */
export function deviceGroupsOf({
  engine,
  device,
  workers,
  processes,
  memory,
  gpus,
}: Staff): readonly DeviceGroup[] {
  const pinned = processes && (device === 'cuda' || (engine === 'tfjs' && device === 'gpu'));
  if (!pinned || gpus.length === 0) return [{ name: device, workers, memory, environment: {} }];
  return gpus.slice(0, workers).map((gpu, i) => ({
    name: `${device} ${gpu.index}`,
    workers: Math.floor(workers / gpus.length) + (i < workers % gpus.length ? 1 : 0),
    memory: gpu.memoryBytes,
    environment: gpuEnvironment(gpu),
  }));
}
