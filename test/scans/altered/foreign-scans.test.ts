import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { alteredKinds, alteredScans } from '../../../src/scans/altered/foreign-scans.js';
import { memoryVolume, wholeVolume, type ScanSet } from '../../../src/scans/sampling/scan-set.js';

const SHAPE = [2, 3, 4, 5] as const;
const SIZE = 60;

function setOf(): ScanSet {
  const facts = (patient: number) => ({
    id: `v${patient}`,
    split: 'train' as const,
    patient,
    modality: null,
    shape: SHAPE,
    spacing: [1, 1, 1] as const,
    frameTime: null,
  });
  const volumes = [0, 1].map((patient) => {
    const rng = rngOf('volume', patient);
    const foreground = Uint8Array.from({ length: SIZE }, (_, i) => (i % 5 === 0 ? 0 : 1));
    const voxels = Float32Array.from({ length: 2 * SIZE }, (_, i) => (i % 5 === 0 ? 0 : 1 + rng.float()));
    return memoryVolume(facts(patient), voxels, foreground);
  });
  return { volumes, channels: 2, balance: 'patients', fingerprint: 'set' };
}

const first = (set: ScanSet) => {
  const [volume] = set.volumes;
  if (volume === undefined) throw new Error('no volume');
  return wholeVolume(volume);
};

describe('altered scans', () => {
  it.each(alteredKinds)('by %s keep shapes and patients, follow from the key alone, and differ', (kind) => {
    const set = setOf();
    const made = alteredScans(set, kind, rngOf('altered'));
    expect(made.volumes.map(({ shape, patient }) => [shape, patient])).toEqual(
      set.volumes.map(({ shape, patient }) => [shape, patient]),
    );
    expect(first(made).voxels).not.toEqual(first(set).voxels);
    expect(first(alteredScans(set, kind, rngOf('altered'))).voxels).toEqual(first(made).voxels);
    expect(made.fingerprint).not.toBe(set.fingerprint);
    expect(first(made).voxels.every(Number.isFinite)).toBe(true);
  });

  it.each([
    ['flipped slices', 0],
    ['flipped rows', 1],
    ['flipped columns', 2],
  ] as const)('by %s reverse that axis, of the mask as well', (kind, axis) => {
    const [before, after] = [first(setOf()), first(alteredScans(setOf(), kind, rngOf('altered')))];
    for (let channel = 0; channel < 2; channel++) {
      for (let d = 0; d < 3; d++) {
        for (let h = 0; h < 4; h++) {
          for (let w = 0; w < 5; w++) {
            const to = [d, h, w].map((place, one) => (one === axis ? [2, 3, 4][axis]! - place : place));
            const [from, at] = [(d * 4 + h) * 5 + w, (to[0]! * 4 + to[1]!) * 5 + to[2]!];
            expect(after.voxels[channel * SIZE + at]).toBe(before.voxels[channel * SIZE + from]);
            expect(after.foreground[at]).toBe(before.foreground[from]);
          }
        }
      }
    }
  });

  it('inverted reverse the order of tissue and leave air as it was', () => {
    const [before, after] = [first(setOf()), first(alteredScans(setOf(), 'inverted', rngOf('altered')))];
    const tissue = [...before.foreground.keys()].filter((i) => before.foreground[i] === 1);
    const ranked = tissue.sort((a, b) => before.voxels[a]! - before.voxels[b]!).slice(2, -2);
    for (const [i, place] of ranked.entries()) {
      const next = ranked[i + 1];
      if (next !== undefined) expect(after.voxels[next]!).toBeLessThanOrEqual(after.voxels[place]!);
    }
    for (const [i, inside] of before.foreground.entries()) {
      if (inside === 0) expect(after.voxels[i]).toBe(before.voxels[i]);
    }
  });
});
