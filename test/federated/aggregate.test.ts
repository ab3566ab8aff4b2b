import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { tensor, type TensorMap } from '../../src/core/tensor.js';
import { clipped, noisyMean, normOf, weightedMean } from '../../src/federated/aggregate.js';
import { participantsOf } from '../../src/federated/participation.js';
import { FederationOptions } from '../../src/federated/options.js';
import { sitesOf } from '../../src/federated/sites.js';
import { packWeights, unpackWeights } from '../../src/federated/weights.js';
import { smallScans, smallSites } from './small-federation.js';

const of = (...values: number[]): TensorMap => ({ a: tensor([values.length], Float32Array.from(values)) });
const valuesOf = (tensors: TensorMap): number[] => Array.from(tensors['a']?.data ?? []);

describe('updates', () => {
  it('are averaged by their examples', () => {
    const updates = [
      { examples: 1, tensors: of(1, 0) },
      { examples: 3, tensors: of(5, -4) },
    ];
    expect(valuesOf(weightedMean(updates))).toEqual([4, -3]);
  });

  it('are clipped over all tensors together, and left alone where they are short', () => {
    const long = { ...of(3, 0), b: tensor([1], Float32Array.of(4)) };
    expect(normOf(long)).toBe(5);
    expect(normOf(clipped(long, 1))).toBeLessThanOrEqual(1);
    expect(normOf(clipped(long, 1))).toBeGreaterThan(1 - 1e-6);
    expect(clipped(long, 5)).toBe(long);
  });

  it('get noise of the deviation that is counted, equal for equal generators', () => {
    const zeros = { a: tensor([50_000], new Float32Array(50_000)) };
    const sum = { clip: 2, noise: 1.5, expected: 4 };
    const noisy = noisyMean([], sum, zeros, rngOf('noise', 1));
    const deviation = normOf(noisy) / Math.sqrt(50_000);
    // 2 · 1.5 / 4; the standard error of a deviation is 1 / √(2n) of it.
    expect(Math.abs(deviation / 0.75 - 1)).toBeLessThan(5 / Math.sqrt(100_000));
    expect(noisyMean([], sum, zeros, rngOf('noise', 1))).toEqual(noisy);
    expect(noisyMean([], sum, zeros, rngOf('noise', 2))).not.toEqual(noisy);
  });

  it('move the noisy mean by the clip over the expected number at most', () => {
    const sum = { clip: 1, noise: 1, expected: 3 };
    const others = [{ tensors: of(0.5, 0.5) }];
    const without = noisyMean(others, sum, of(0, 0), rngOf('noise'));
    const within = noisyMean([...others, { tensors: of(300, 400) }], sum, of(0, 0), rngOf('noise'));
    const [x = NaN, y = NaN] = valuesOf(within).map((value, i) => value - (valuesOf(without)[i] ?? NaN));
    expect(x).toBeCloseTo(0.6 / 3, 5);
    expect(y).toBeCloseTo(0.8 / 3, 5);
  });
});

describe('sites', () => {
  const set = smallScans(9);
  const patientsOf = (sites: ReturnType<typeof sitesOf>): number[][] =>
    sites.map((site) => site.set.volumes.map(({ patient }) => patient));
  const used = set.volumes.map(({ patient, split, shape }) => ({
    path: `${patient < 4 ? 'north' : 'south'}/${patient}.nii`,
    owner: `P${patient}`,
    ...{ patient, split, shapes: [shape] },
  }));

  it('get every training patient once, dealt evenly by the seed, and no held-out one', () => {
    const dealt = patientsOf(sitesOf(set, { sites: 3, seed: 1 }, used, 'sites.json'));
    expect(dealt.flat().sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(dealt.map((one) => one.length)).toEqual([3, 2, 2]);
    expect(patientsOf(sitesOf(set, { sites: 3, seed: 2 }, used, 'sites.json'))).not.toEqual(dealt);
  });

  it('are named by folders, files and patients', () => {
    const sites = [
      { name: 'a', scans: ['north'] },
      { name: 'b', scans: ['south/4.nii', 'P5', 'P6'] },
    ];
    expect(patientsOf(sitesOf(set, { sites, seed: 0 }, used, 'sites.json'))).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it('are refused where a patient belongs to none or to two, or a site has no patient', () => {
    const refused =
      (...sites: { name: string; scans: string[] }[]) =>
      () =>
        sitesOf(set, { sites, seed: 0 }, used, 'sites.json');
    expect(refused({ name: 'a', scans: ['north'] }, { name: 'b', scans: ['P4'] })).toThrow(
      /sites\.json: south\/5\.nii belongs to no site; list each patient/,
    );
    expect(refused({ name: 'a', scans: ['north'] }, { name: 'b', scans: ['south', 'P2'] })).toThrow(
      /north\/2\.nii belongs to two sites, a and b/,
    );
    expect(refused({ name: 'a', scans: ['north', 'south'] }, { name: 'b', scans: ['west'] })).toThrow(
      /the site b has no patient to train on/,
    );
    expect(() => sitesOf(set, { sites: 8, seed: 0 }, used, 'sites.json')).toThrow(
      /"sites" is 8, but there are 7 patients to train on/,
    );
  });

  it('take part in a fixed number, or with noise each by chance', () => {
    const sites = smallSites(smallScans(22));
    const counts = (noise?: number): number[] =>
      Array.from({ length: 400 }, (_, round) => {
        const rule = { participation: 0.25, ...(noise === undefined ? {} : { noise }) };
        return participantsOf(sites, rule, rngOf(round)).length;
      });
    expect(new Set(counts())).toEqual(new Set([5]));
    const drawn = counts(1);
    expect(Math.min(...drawn)).toBeLessThan(3);
    expect(Math.max(...drawn)).toBeGreaterThan(7);
    const mean = drawn.reduce((sum, count) => sum + count, 0) / 400;
    expect(Math.abs(mean - 5)).toBeLessThan(5 * Math.sqrt((20 * 0.25 * 0.75) / 400));
  });

  it('get their own weights back from a checkpoint', () => {
    const sites = smallSites(smallScans(4));
    const weights = { shared: of(1, 2), local: { 'site-1': of(3), 'site-2': of(4) } };
    expect(unpackWeights(packWeights(weights), sites)).toEqual(weights);
  });
});

describe('options of a federation', () => {
  const complaint = (options: object): string =>
    FederationOptions.safeParse({ sites: 4, ...options }).error?.issues[0]?.message ?? '';

  it('refuse what contradicts itself', () => {
    expect(complaint({})).toBe('');
    expect(complaint({ mu: 0.1 })).toMatch(/only the algorithm fedprox/);
    expect(complaint({ noise: 1 })).toMatch(/set "clip"/);
    expect(complaint({ epsilon: 8 })).toMatch(/set "clip"/);
    expect(complaint({ noise: 1, epsilon: 8, clip: 1 })).toMatch(/one of both/);
    const twice = [1, 2].map(() => ({ name: 'a', scans: ['a'] }));
    expect(complaint({ sites: twice })).toMatch(/a name of its own/);
    expect(FederationOptions.safeParse({ sites: 1 }).success).toBe(false);
    expect(FederationOptions.safeParse({ sites: 4, participation: 0 }).success).toBe(false);
  });
});
