/**
 * The parts of `check:gpu`, in their order, with their shares of the time and what they need. Each is loaded in its own process.
 */
import { deviceOf, type EngineName, type Part } from './part.js';

export interface PartEntry {
  readonly name: string;
  /** Of the time, relative to the others'. */
  readonly weight: number;
  /** The engine that it needs. */
  readonly engine?: EngineName;
  readonly load: () => Promise<Part>;
}

const contract = () => import('./contract.js');
const speeds = () => import('./speed.js');

export const parts: readonly PartEntry[] = [
  { name: 'doctor', weight: 4, load: async () => (await import('./doctor.js')).doctor },
  { name: 'ops-torch', weight: 7, engine: 'torch', load: async () => (await contract()).ops('torch') },
  { name: 'steps-torch', weight: 4, engine: 'torch', load: async () => (await contract()).steps('torch') },
  { name: 'ops-onnx', weight: 5, engine: 'onnx', load: async () => (await contract()).ops('onnx') },
  { name: 'steps-onnx', weight: 3, engine: 'onnx', load: async () => (await contract()).steps('onnx') },
  {
    ...{ name: 'quickstart', weight: 22, engine: 'torch' },
    load: async () => (await import('./quickstart.js')).quickstart,
  },
  { name: 'speed', weight: 15, engine: 'torch', load: async () => (await speeds()).speed },
  { name: 'packing', weight: 14, engine: 'torch', load: async () => (await speeds()).packing },
];

/** The engine and device that a part needs, as doctor names them; undefined where it needs none. */
export function needOf({ engine }: PartEntry, device: string): string | undefined {
  return engine && `${engine}/${deviceOf(engine, device)}`;
}
