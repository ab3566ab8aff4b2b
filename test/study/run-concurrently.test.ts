import { describe, expect, it } from 'vitest';
import { runConcurrently } from '../../src/study/run-concurrently.js';

const later = (turns: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, turns));
const never = (): void => expect.unreachable();

describe('runConcurrently', () => {
  it('run every task once, no more at once than allowed', async () => {
    const left = [5, 1, 4, 1, 3, 2, 0];
    const ran: number[] = [];
    let running = 0;
    let most = 0;
    const run = async (task: number): Promise<void> => {
      most = Math.max(most, ++running);
      await later(task);
      running--;
      ran.push(task);
    };
    await runConcurrently(3, () => left.shift(), run, never);
    expect(ran.sort()).toEqual([0, 1, 1, 2, 3, 4, 5]);
    expect(most).toBe(3);
  });

  it('ask again when a task ends, where there was nothing to start before', async () => {
    const ran: number[] = [];
    let ended = 0;
    let given = 0;
    // The second and third task exist only after the first has ended.
    const next = (): number | undefined => (given === 0 || (ended > 0 && given < 3) ? given++ : undefined);
    const run = async (task: number): Promise<void> => {
      await later(1);
      ran.push(task);
      ended++;
    };
    await runConcurrently(4, next, run, never);
    expect(ran).toEqual([0, 1, 2]);
  });

  it('after a failure start nothing, wait for what runs, and throw it', async () => {
    let given = 0;
    let ended = 0;
    let told = 0;
    const run = async (task: number): Promise<void> => {
      await later(task === 1 ? 1 : 10);
      if (task === 1) throw new Error('task 1 broke');
      ended++;
    };
    await expect(
      runConcurrently(
        3,
        () => given++,
        run,
        () => told++,
      ),
    ).rejects.toThrow('task 1 broke');
    expect({ given, ended, told }).toEqual({ given: 3, ended: 2, told: 1 });
  });

  it('throw what the giver of tasks throws', async () => {
    let told = 0;
    const next = (): never => {
      throw new Error('no proposal');
    };
    await expect(runConcurrently(2, next, later, () => told++)).rejects.toThrow('no proposal');
    expect(told).toBe(1);
  });

  it('end at once where there is nothing to do', async () => {
    await runConcurrently(2, () => undefined, later, never);
  });
});
