/** The check of a GPU: its options, how its time is divided, and what becomes of parts that do not end. */
import { describe, expect, it } from 'vitest';
import { candidatesWithin, secondsFor } from '../../bench/gpu/budget.js';
import { rateOf } from '../../bench/gpu/lanes.js';
import { optionsOf } from '../../bench/gpu/options.js';
import { needOf, parts } from '../../bench/gpu/parts.js';
import { failed, reportText, verdict } from '../../bench/gpu/report.js';
import { endedEarly, type PartResult } from '../../bench/gpu/run-part.js';
import type { EvaluationJob } from '../../src/core/records.js';

describe('the options of check:gpu', () => {
  it('are CUDA and eight minutes by default', () => {
    expect(optionsOf([])).toEqual({ device: 'cuda', budget: 480, only: undefined, json: undefined });
    expect(optionsOf(['--only', 'speed,packing']).only).toEqual(['speed', 'packing']);
  });

  it.each([
    [['--device', 'tpu'], /^--device: must be cuda or cpu, got "tpu"; use [^\n]*$/],
    [['--budget', '29'], /^--budget: must be a number of seconds, 30 or more, got "29"; [^\n]*$/],
    [['--budget', ''], /^--budget: must be a number of seconds[^\n]*$/],
    [['--budget', 'Infinity'], /^--budget: must be a number of seconds[^\n]*$/],
    [['--only', 'speed,none'], /^--only: must name parts \(doctor, [^\n]*, got "none"; [^\n]*$/],
    [['--what'], /^command line: cannot be understood \(Unknown option '--what'[^\n]*$/],
    [['more'], /^command line: cannot be understood \([^\n]*$/],
  ])('%j are refused in one line', (words, message) => {
    expect(() => optionsOf(words)).toThrow(message);
  });
});

describe('the time of check:gpu', () => {
  it('is divided by weight, and what a part leaves goes to those that follow', () => {
    const weights = [1, 2, 3];
    expect(weights.map((_, i) => secondsFor(i, weights, 60))).toEqual([10, 24, 60]);
  });

  it('is used up by the parts together, where each takes all of its own', () => {
    const weights = parts.map(({ weight }) => weight);
    const left = weights.reduce((rest, _, i) => rest - secondsFor(i, weights, rest), 480);
    expect(left).toBeCloseTo(0, 9);
    expect(secondsFor(3, weights, -5)).toBe(0);
  });

  it('decides how many candidates the quickstart has', () => {
    expect([10, 50, 110].map((seconds) => candidatesWithin(seconds, 'cuda'))).toEqual([4, 12, 32]);
    expect(candidatesWithin(110, 'cpu')).toBe(4);
  });
});

describe('a part of check:gpu', () => {
  const end = { code: null, signal: 'SIGKILL', seconds: 12 };

  it('that was ended shows what it had found, and fails only where it had found nothing or a failure', () => {
    const figures = { done: 3 };
    const cut = endedEarly({ status: 'passed', says: 'three', figures }, end);
    expect(cut).toEqual({ status: 'cut', says: 'three; was ended after 12 s', figures });
    expect(endedEarly(undefined, end).status).toBe('failed');
    expect(endedEarly({ status: 'failed', says: 'wrong' }, end).status).toBe('failed');
  });

  it('whose process crashes fails, whatever it had found', () => {
    const crashed = endedEarly({ status: 'passed', says: 'three' }, { ...end, signal: 'SIGSEGV' });
    expect(crashed).toEqual({ status: 'failed', says: 'three; ended with SIGSEGV' });
  });

  it('needs the device, engine onnx that of a graphics driver', () => {
    const needs = (device: string) => parts.map((part) => needOf(part, device));
    expect(new Set(needs('cuda'))).toEqual(new Set([undefined, 'torch/cuda', 'onnx/webgpu']));
    expect(new Set(needs('cpu'))).toEqual(new Set([undefined, 'torch/cpu', 'onnx/cpu']));
  });
});

describe('candidates an hour', () => {
  const jobs = [0, 1, 2].map((number) => ({ number }) as EvaluationJob);
  const never = performance.now() + 1e9;

  it('are measured on the same candidates in each lane, which begin with different ones', async () => {
    const seen: number[] = [];
    const rate = await rateOf(
      async ({ number }) => {
        seen.push(number);
        await new Promise((resolve) => setTimeout(resolve, 10));
      },
      ...([jobs, 2, never] as const),
    );
    expect(seen.slice(0, 2)).toEqual([0, 1]);
    expect([...seen].sort()).toEqual([0, 0, 1, 1, 2, 2]);
    expect(rate).toMatchObject({ evaluated: 6, cut: false });
    // Two lanes of at least ten milliseconds a candidate.
    expect(rate?.perHour).toBeLessThan((2 * 3600) / 0.0099);
  });

  it('are unknown where the time ended before the first, and of fewer where it ended between', async () => {
    expect(await rateOf(() => Promise.resolve(), jobs, 1, 0)).toBeUndefined();
    const until = performance.now() + 5;
    const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
    expect(await rateOf(slow, jobs, 1, until)).toMatchObject({ evaluated: 1, cut: true });
  });
});

describe('the report of check:gpu', () => {
  const result = (status: PartResult['status'], more: Partial<PartResult> = {}): PartResult => {
    return { name: `the ${status}`, status, says: 'this', seconds: 1.4, ...more };
  };
  const rates = [...[{ side: 'voxolve', workers: 2, precision: 'float32', candidates_per_hour: 1234.4 }]].map(
    (rate) => ({ ...rate, evaluated: 16, seconds: 3, cut: false }),
  );

  it('fails where a part failed, not where one was skipped or cut', () => {
    expect(failed([result('passed'), result('skipped'), result('cut')])).toBe(false);
    expect(failed([result('passed'), result('failed')])).toBe(true);
    expect(verdict([result('passed'), result('cut')])).toBe('1 passed, 0 failed, 1 cut, 0 skipped');
  });

  it('shows each part, then rates', () => {
    const text = reportText([result('cut'), result('passed', { figures: { rates } })]);
    expect(text).toMatch(/^the cut +cut +1 s +this$/m);
    expect(text).toMatch(/^voxolve +2 +float32 +1234 +16 +3\.0 s$/m);
  });
});
