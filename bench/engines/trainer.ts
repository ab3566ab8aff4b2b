/**
 * Interface of a trainer that runs rounds of the same batches, and its implementation by an engine.
 */
import type { TensorMap } from '../../src/core/tensor.js';
import type { Engine, Feeds, TrainingProgram } from '../../src/engines/engine.js';
import { pythonSeconds } from '../python-seconds.js';
import { LEARNING_RATE } from './networks.js';

export interface Round {
  /** Wall time and processor time, in seconds. */
  readonly seconds: number;
  readonly cpu: number;
  readonly losses: readonly number[];
}

export interface Trainer {
  round(): Promise<Round>;
  dispose(): Promise<void>;
}

export interface EngineTrainer extends Trainer {
  /** Seconds from the program to a session that is ready to train. */
  readonly compileSeconds: number;
}

export interface EngineRun {
  readonly engine: Engine;
  readonly device: string;
  readonly threads: number;
  readonly program: TrainingProgram;
  readonly weights: TensorMap;
  readonly feeds: Feeds;
}

export async function startEngine(run: EngineRun): Promise<EngineTrainer> {
  const { engine, device, threads, program, weights, feeds } = run;
  const before = performance.now();
  const session = await engine.open(program, { device, threads, spin: true });
  session.load({ weights });
  const compileSeconds = (performance.now() - before) / 1000;
  const rates = new Float32Array(feeds['x']?.shape[0] ?? 0).fill(LEARNING_RATE);
  return {
    compileSeconds,
    round: async () => {
      const python = await pythonSeconds(engine.name);
      const [start, cpu] = [performance.now(), process.cpuUsage()];
      const { curves } = await session.train(feeds, rates);
      const seconds = (performance.now() - start) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      const there = ((await pythonSeconds(engine.name)) ?? NaN) - (python ?? NaN);
      const losses = Array.from(curves['loss'] ?? []);
      return { seconds, cpu: (user + system) / 1e6 + there, losses };
    },
    dispose: () => session.dispose(),
  };
}
