/**
 * Runs fits, several at once: each in a thread of its own, or one after another in this one. Which thread runs a fit, and
 * when, changes no result.
 */
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { UserError } from '../../core/errors.js';
import { Interrupted } from '../../pretrain/pretrain.js';
import type { FitReply, FitTask } from './messages.js';
import { runFit } from './run-fit.js';
import type { FitSetup } from './setup.js';
import type { FitUnit } from './unit.js';

export interface FitsOptions {
  readonly workers: number;
  readonly signal?: AbortSignal | undefined;
  readonly onDone?: (unit: FitUnit) => void;
  /** The compiled thread entry; tests that run from sources name another. */
  readonly entry?: URL;
}

/**
 * Returns once all fits are finished. Throws `Interrupted` once `signal` is aborted and those under way have stopped; the
 * first `UserError` of a fit ends the others, too.
 */
export async function runFits(
  setup: FitSetup,
  units: readonly FitUnit[],
  { workers, signal, onDone, entry }: FitsOptions,
): Promise<void> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const onAbort = (): void => void Atomics.store(stop, 0, 1);
  if (signal?.aborted === true) throw new Interrupted();
  signal?.addEventListener('abort', onAbort, { once: true });
  const runner = workers > 1 && units.length > 1 ? threads(setup, stop, workers, entry) : here(setup, stop);
  try {
    await inTurn(
      units,
      workers,
      async (unit) => {
        if (Atomics.load(stop, 0) === 1) throw new Interrupted();
        await runner.run(unit);
        onDone?.(unit);
      },
      onAbort,
    );
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await runner.close();
  }
}

interface Runner {
  readonly run: (unit: FitUnit) => Promise<void>;
  readonly close: () => Promise<void>;
}

function here(setup: FitSetup, stop: Int32Array): Runner {
  return {
    run: (unit) => runFit(setup, unit, () => Atomics.load(stop, 0) === 1),
    close: () => Promise.resolve(),
  };
}

function threads(
  setup: FitSetup,
  stop: Int32Array,
  workers: number,
  entry = new URL('./thread.js', import.meta.url),
): Runner {
  const pool = new Piscina<FitTask, FitReply>({
    filename: fileURLToPath(entry),
    minThreads: workers,
    maxThreads: workers,
    idleTimeout: Infinity,
    workerData: setup,
  });
  return {
    run: async (unit) => {
      const reply = await pool.run({ unit, stop });
      if (reply.kind === 'refused') throw new UserError(reply.details);
      if (reply.kind === 'interrupted') throw new Interrupted();
    },
    close: () => pool.destroy(),
  };
}

/** Each worker takes the next unit once it is free. After the first failure none is begun, and those under way are awaited. */
async function inTurn(
  units: readonly FitUnit[],
  workers: number,
  run: (unit: FitUnit) => Promise<void>,
  end: () => void,
): Promise<void> {
  const queue = [...units];
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let unit = queue.shift(); unit !== undefined && failures.length === 0; unit = queue.shift()) {
      try {
        await run(unit);
      } catch (thrown) {
        failures.push(thrown);
        end();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, units.length) }, worker));
  if (failures.length > 0) {
    // What was refused says more than what was therefore interrupted.
    throw failures.find((thrown) => !(thrown instanceof Interrupted)) ?? failures[0];
  }
}
