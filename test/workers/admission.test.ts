import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { Admission, type Ticket } from '../../src/workers/admission.js';
import { MemoryCorrection } from '../../src/workers/memory-correction.js';

/** Lets what is due run. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Enters everybody at once; those inside leave in random order. */
async function crowd(seed: number) {
  const rng = rngOf('crowd', seed);
  const groups = Array.from({ length: 1 + rng.int(3) }, () => ({
    workers: 1 + rng.int(4),
    memory: 50 + rng.int(100),
  }));
  const admission = new Admission(groups);
  const sizes = Array.from({ length: 60 }, () => 1 + rng.int(rng.float() < 0.1 ? 200 : 60));
  const inside = new Map<number, Ticket>();
  const order: number[] = [];
  const enter = async (number: number, bytes: number): Promise<void> => {
    const ticket = await admission.enter(bytes);
    order.push(number);
    inside.set(number, ticket);
  };
  const all = sizes.map((bytes, number) => enter(number, bytes));
  const states: { group: number; workers: number; used: number }[] = [];
  while (order.length < sizes.length || inside.size > 0) {
    await turn();
    groups.forEach((_, group) => {
      const here = [...inside].filter(([, ticket]) => ticket.group === group);
      const used = here.reduce((sum, [number]) => sum + (sizes[number] ?? 0), 0);
      states.push({ group, workers: here.length, used });
    });
    const [number, ticket] = [...inside][rng.int(Math.max(1, inside.size))] ?? [];
    if (number !== undefined) inside.delete(number);
    ticket?.leave();
  }
  await Promise.all(all);
  return { groups, order, states };
}

describe('admission', () => {
  it('never exceeds a group, in workers or in memory, but for one that is larger than the group and alone', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const { groups, states } = await crowd(seed);
      for (const { group, workers, used } of states) {
        expect(workers).toBeLessThanOrEqual(groups[group]?.workers ?? 0);
        if (workers > 1) expect(used).toBeLessThanOrEqual(groups[group]?.memory ?? 0);
      }
    }
  });

  it('lets everybody in, in the order in which they came', async () => {
    const { order } = await crowd(1);
    expect(order).toEqual(order.map((_, i) => i));
  });

  it('goes on with the next where a large one in front of it is cancelled', async () => {
    const admission = new Admission([{ workers: 4, memory: 100 }]);
    const first = await admission.enter(60);
    const cancelled = new AbortController();
    const large = admission.enter(90, cancelled.signal).catch(() => 'cancelled');
    const order: string[] = [];
    void admission.enter(30).then(() => order.push('small'));
    await turn();
    expect(order).toEqual([]);
    cancelled.abort();
    expect(await large).toBe('cancelled');
    await turn();
    expect(order).toEqual(['small']);
    // Nothing is reserved for the one that was cancelled.
    first.leave();
    await admission.enter(70);
    await expect(admission.enter(1, cancelled.signal)).rejects.toThrow();
  });

  it('lets several small ones share a group, and spreads them over the groups first', async () => {
    const admission = new Admission([
      { workers: 4, memory: 100 },
      { workers: 4, memory: 100 },
    ]);
    const tickets = await Promise.all([30, 30, 30, 30].map((bytes) => admission.enter(bytes)));
    expect(tickets.map(({ group }) => group)).toEqual([0, 1, 0, 1]);
  });

  it('gives the room of one that left back once', async () => {
    const admission = new Admission([{ workers: 8, memory: 100 }]);
    const first = await admission.enter(60);
    let second: Ticket | undefined;
    void admission.enter(60).then((ticket) => (second = ticket));
    await turn();
    expect(second).toBeUndefined();
    first.leave();
    first.leave();
    await turn();
    expect(second).toBeDefined();
    let third = false;
    void admission.enter(60).then(() => (third = true));
    await turn();
    expect(third).toBe(false);
  });
});

describe('the correction of predictions', () => {
  it('waits for some measurements, then covers nine in ten', () => {
    const correction = new MemoryCorrection();
    for (let i = 0; i < 4; i++) correction.learn(100, 200);
    expect(correction.of(100)).toBe(100);
    for (let i = 0; i < 16; i++) correction.learn(100, 150);
    expect(correction.of(100)).toBe(200);
    for (let i = 0; i < 40; i++) correction.learn(100, 150);
    expect(correction.of(100)).toBe(150);
  });

  it('never reserves less than was predicted', () => {
    const correction = new MemoryCorrection();
    for (let i = 0; i < 20; i++) correction.learn(100, 5);
    expect(correction.of(100)).toBe(100);
  });

  it('takes no measurement for more than fourfold, none for nothing', () => {
    const correction = new MemoryCorrection();
    for (let i = 0; i < 9; i++) correction.learn(100, 1e6);
    expect(correction.of(100)).toBe(400);
    correction.learn(0, 5);
    correction.learn(5, 0);
    expect(correction.factor).toBe(4);
  });
});
