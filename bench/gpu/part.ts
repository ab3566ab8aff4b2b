/**
 * What a part of `check:gpu` is given and gives back. Each runs in a process of its own (run-part.ts), so that a driver that
 * takes a process down, or hangs, costs that part alone.
 */
import type { Json } from '../../src/core/json.js';

export interface PartContext {
  /** Device of engine torch: `cuda`, or `cpu` to try the check itself. */
  readonly device: string;
  /** Seconds within which the part should end; what does not fit is left out. */
  readonly seconds: number;
  /** For its files; removed afterwards. */
  readonly folder: string;
}

/** `cut`: what was done is right, but not all of it fitted into the time. */
export type PartStatus = 'passed' | 'failed' | 'skipped' | 'cut';

export interface PartOutcome {
  readonly status: PartStatus;
  /** One line. */
  readonly says: string;
  readonly figures?: Readonly<Record<string, Json>>;
}

/** `tell`: takes what is known so far, which counts where the part is ended before its end. */
export type Part = (context: PartContext, tell: (soFar: PartOutcome) => void) => Promise<PartOutcome>;

/** A moment, on the clock of `performance.now()`. */
export const deadlineOf = ({ seconds }: PartContext): number => performance.now() + 1000 * seconds;

export type EngineName = 'torch' | 'onnx';

/** The device of an engine, where engine torch is checked on `device`. */
export function deviceOf(engine: EngineName, device: string): string {
  return engine === 'torch' || device === 'cpu' ? device : 'webgpu';
}
