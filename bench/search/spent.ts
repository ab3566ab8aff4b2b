/**
 * How a worker's seconds are spent, measured around the engine and the source of batches that it uses.
 */
import { readFileSync } from 'node:fs';
import type { Engine, Session } from '../../src/engines/engine.js';
import type { BatchSource } from '../../src/pretrain/batches.js';

/** Seconds of an evaluation. Its parts add up to it. */
export interface Spent {
  /** From the genome to a session with initial weights; and at the end, weights read and the session closed. */
  readonly open: number;
  /** Waiting for training batches. */
  readonly batches: number;
  readonly steps: number;
  /** Held-out batches. */
  readonly evaluation: number;
}

export class Stopwatch {
  private batches = 0;
  private steps = 0;
  private evaluation = 0;
  private started = performance.now();

  start(): void {
    [this.batches, this.steps, this.evaluation] = [0, 0, 0];
    this.started = performance.now();
  }

  /** Seconds since `start`, by what they were spent on. */
  stop(): Spent {
    const { batches, steps, evaluation } = this;
    const all = (performance.now() - this.started) / 1000;
    return { open: all - batches - steps - evaluation, batches, steps, evaluation };
  }

  readonly source = (source: BatchSource): BatchSource => ({
    ahead: (call) => source.ahead(call),
    take: (call) => this.timed('batches', () => source.take(call)),
  });

  readonly engine = (engine: Engine): Engine => ({
    name: engine.name,
    probe: () => engine.probe(),
    openInference: (...given) => engine.openInference(...given),
    open: async (...given) => this.session(await engine.open(...given)),
  });

  private session(session: Session): Session {
    return {
      load: (state) => session.load(state),
      train: (...given) => this.timed('steps', () => session.train(...given)),
      evaluate: (...given) => this.timed('evaluation', () => session.evaluate(...given)),
      read: () => session.read(),
      dispose: () => session.dispose(),
    };
  }

  private async timed<T>(part: 'batches' | 'steps' | 'evaluation', work: () => Promise<T>): Promise<T> {
    const before = performance.now();
    try {
      return await work();
    } finally {
      this[part] += (performance.now() - before) / 1000;
    }
  }
}

/** Processor seconds of the calling thread so far; undefined where the system does not tell (it does on Linux). */
export function threadSeconds(): number | undefined {
  try {
    const [nanoseconds] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
    return Number(nanoseconds) / 1e9;
  } catch {
    return undefined;
  }
}
