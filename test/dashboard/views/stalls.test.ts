import { describe, expect, it } from 'vitest';
import { stallsOf } from '../../../src/dashboard/views/progress/stalls.js';
import { secondsLeft } from '../../../src/dashboard/views/progress/pace.js';
import { timelineOf } from '../../../src/dashboard/views/progress/timeline.js';
import type { FinishedTuple } from '../../../src/store/index.js';
import { replay } from '../../../src/study/replay.js';
import { outcomeOf, toyChoices, toyFeasibility, toyStrategy } from '../../study/simulation.js';

const [seed, lookahead, wanted] = [5, 6, 60];

describe.each(['evolution', 'nsga2', 'random', 'predictor'].filter((name) => name in toyChoices))(
  'who waits for whom under %s',
  (name) => {
    it('is what the study itself lacks', () => {
      const choice = toyChoices[name] ?? { name };
      const order = replay(toyStrategy(choice, lookahead), seed, lookahead);
      const genomes = new Map<number, ReturnType<typeof order.ask>['genome']>();
      const unfinished = new Set<number>();
      let checked = 0;
      for (let round = 0; round < 70; round++) {
        for (let next = order.next(wanted); next !== undefined && unfinished.size < lookahead;) {
          genomes.set(next, order.ask(next).genome);
          unfinished.add(next);
          next = order.next(wanted);
        }
        // Candidate 9 takes long: all others finish before it, oldest first.
        const done = [...unfinished].sort((a, b) => a - b).find((number) => number !== 9 || round > 40);
        const undecided = Array.from({ length: wanted }, (_, i) => i).filter((i) => !genomes.has(i));
        const soon = undecided.filter((number) => number <= Math.max(...genomes.keys()) + lookahead);
        const stalls = stallsOf({
          ...{ strategy: toyStrategy(choice, lookahead), seed, lookahead, wanted, undecided: soon },
          unfinished: [...unfinished].sort((a, b) => a - b),
          stateOf: () => 'is late',
        });
        for (const number of soon) {
          const stall = stalls.find((one) => one.number === number);
          expect(stall?.waitsFor).toBe(order.lacks(number));
          if (stall !== undefined) expect(stall.reason).toBe(`candidate ${stall.waitsFor} is late`);
          checked++;
        }
        if (done === undefined) continue;
        unfinished.delete(done);
        const genome = genomes.get(done) ?? null;
        const { feasible } = toyFeasibility(genome);
        const { score } = feasible ? outcomeOf(done, genome) : { score: null };
        const status = score === null ? 'failed' : 'done';
        order.finished({ number: done, genome, status, score });
      }
      expect(checked).toBeGreaterThan(50);
    });
  },
);

/** An evaluation in the search that ends at a second of the first of January. */
function evaluation(
  number: number,
  end: number,
  seconds: number,
  changes: Partial<{ steps: number; worker: string; attempts: number; timed: boolean }> = {},
): FinishedTuple {
  const { steps = 10, worker = null, attempts = 1, timed = true } = changes;
  const at = timed ? new Date(Date.UTC(2026, 0, 1) + 1000 * end).toISOString() : null;
  return [number, 'search', at, seconds, steps, worker, worker === null ? null : 'cpu-a', attempts];
}

describe('the timeline', () => {
  const created = '2026-01-01T00:00:00.000Z';

  it('puts evaluations that a worker did at once on different places, and others on the same', () => {
    const spans = timelineOf(
      [
        evaluation(4, 40, 10, { worker: 'b' }),
        evaluation(3, 31, 10),
        evaluation(2, 30, 25),
        evaluation(1, 20, 10),
        evaluation(0, 10, 10),
      ],
      created,
    );
    expect(spans.map(({ number, worker, slot, end }) => [number, worker, slot, end])).toEqual([
      [0, 'this machine', 0, 10],
      [1, 'this machine', 0, 20],
      [2, 'this machine', 1, 30],
      [3, 'this machine', 0, 31],
      [4, 'b', 0, 40],
    ]);
  });

  it('leaves out what was not computed or has no time', () => {
    const spans = timelineOf(
      [evaluation(2, 3, 0, { attempts: 0 }), evaluation(1, 2, 1, { timed: false }), evaluation(0, 1, 1)],
      created,
    );
    expect(spans.map(({ number }) => number)).toEqual([0]);
  });
});

describe('the time left', () => {
  const plan = {
    training: { steps: 10 },
    trust: { share: 0 },
    winners: { longer: 2 },
  } as unknown as Parameters<typeof secondsLeft>[2];

  it('follows from the pace while anything ran, whatever the pause between', () => {
    // Two at once, 10 steps in 4 seconds each: 5 steps a second; then a night; then the same pace.
    const last = [0, 1, 50_000, 50_001].flatMap((i) => [
      evaluation(2 * i, 4 * i + 4, 4),
      evaluation(2 * i + 1, 4 * i + 4, 4),
    ]);
    expect(secondsLeft(last, { candidates: 20, repetitions: 0 }, plan)).toBeCloseTo(40, 6);
    expect(secondsLeft(last, { candidates: 20, repetitions: 5 }, plan)).toBeCloseTo(60, 6);
  });

  it('counts that some candidates cannot be trained, and steps for the trust meter', () => {
    const last = [0, 1, 2].map((i) => evaluation(i, 10 * i + 10, 10));
    const half = [...last, ...[3, 4, 5].map((i) => evaluation(i, 30, 0, { attempts: 0, steps: 0 }))];
    expect(secondsLeft(half, { candidates: 4, repetitions: 0 }, plan)).toBeCloseTo(20, 6);
    const trusting = { ...plan, trust: { ...plan.trust, share: 0.5 } };
    expect(secondsLeft(last, { candidates: 4, repetitions: 0 }, trusting)).toBeCloseTo(80, 6);
  });

  it('is not known from less than three evaluations, or without times; 0 where nothing is left', () => {
    const last = [0, 1, 2].map((i) => evaluation(i, i + 1, 1));
    const rest = { candidates: 4, repetitions: 0 };
    expect(secondsLeft(last.slice(1), rest, plan)).toBeNull();
    expect(
      secondsLeft(
        [0, 1, 2].map((i) => evaluation(i, i + 1, 1, { timed: false })),
        rest,
        plan,
      ),
    ).toBeNull();
    expect(secondsLeft([], { candidates: 0, repetitions: 0 }, plan)).toBe(0);
  });
});
