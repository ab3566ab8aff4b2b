import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { cropAt, drawCrop } from '../../../src/scans/sampling/crops.js';
import {
  memoryVolume,
  wholeVolume,
  type ScanSet,
  type Volume,
} from '../../../src/scans/sampling/scan-set.js';

/** A volume whose voxels tell where they are, with tissue in its upper half. */
function volume(
  id: string,
  patient: number,
  split: Volume['split'],
  side = 12,
  modality: string | null = null,
): Volume {
  const count = side ** 3;
  return memoryVolume(
    { id, patient, split, modality, shape: [1, side, side, side], spacing: [3, 3, 3], frameTime: null },
    Float32Array.from({ length: count }, (_, i) => i),
    Uint8Array.from({ length: count }, (_, i) => (i >= count / 2 ? 1 : 0)),
  );
}

const set: ScanSet = {
  volumes: [
    volume('a0', 0, 'train'),
    volume('a1', 0, 'train'),
    volume('a2', 0, 'train'),
    volume('b0', 1, 'train'),
    volume('c0', 2, 'validation'),
    volume('d0', 3, 'train', 4),
  ],
  channels: 1,
  balance: 'modalities',
  fingerprint: '',
};
const size = [6, 5, 4] as const;
const many = (count: number, foreground: number): ReturnType<typeof drawCrop>[] => {
  const rng = rngOf(7, 'many');
  return Array.from({ length: count }, () => drawCrop(set, 'train', size, foreground, rng));
};

describe('a crop', () => {
  it('is equal for equal keys and differs for others', () => {
    const draw = (key: string): unknown => {
      const { volume, patient, shape, voxels, foreground } = drawCrop(set, 'train', size, 0.5, rngOf(1, key));
      return { volume, patient, shape, voxels, foreground };
    };
    expect(draw('x')).toEqual(draw('x'));
    expect(draw('x')).not.toEqual(draw('y'));
  });

  it('counts the tissue of a box within it as its mask has it', () => {
    const rng = rngOf(8, 'boxes');
    for (const { foreground, tissue } of many(100, 0)) {
      const box = [1 + rng.int(6), 1 + rng.int(5), 1 + rng.int(4)] as const;
      const corner = [rng.int(7 - box[0]), rng.int(6 - box[1]), rng.int(5 - box[2])] as const;
      let count = 0;
      for (let d = corner[0]; d < corner[0] + box[0]; d++)
        for (let h = corner[1]; h < corner[1] + box[1]; h++)
          for (let w = corner[2]; w < corner[2] + box[2]; w++)
            count += foreground[(d * 5 + h) * 4 + w] as number;
      expect(tissue?.(corner, box)).toBe(count);
    }
  });

  it('is a contiguous box inside its volume', () => {
    for (const { voxels, shape } of many(200, 0)) {
      expect(shape).toEqual([1, ...size]);
      const first = voxels[0] as number;
      const [d, h, w] = [Math.floor(first / 144), Math.floor(first / 12) % 12, first % 12];
      expect(d + 6).toBeLessThanOrEqual(12);
      expect(h + 5).toBeLessThanOrEqual(12);
      expect(w + 4).toBeLessThanOrEqual(12);
      expect(voxels[voxels.length - 1]).toBe((d + 5) * 144 + (h + 4) * 12 + w + 3);
    }
  });

  it('reaches every corner of its volume', () => {
    const firsts = new Set(many(4000, 0).map(({ voxels }) => voxels[0]));
    for (const corner of [0, 8, 7 * 12, 6 * 144, 6 * 144 + 7 * 12 + 8]) expect(firsts).toContain(corner);
  });

  it('has the tissue that is asked for where it can be had', () => {
    const share = ({ foreground }: { foreground: Uint8Array }): number =>
      foreground.reduce((sum, inside) => sum + inside, 0) / foreground.length;
    expect(Math.min(...many(100, 0.8).map(share))).toBeGreaterThanOrEqual(0.8);
    expect(Math.min(...many(100, 0).map(share))).toBe(0);
  });

  it('is the best that was found where there is not enough tissue', () => {
    const air = {
      ...set,
      volumes: set.volumes.map((one) =>
        memoryVolume(one, wholeVolume(one).voxels, new Uint8Array(wholeVolume(one).foreground.length)),
      ),
    };
    expect(drawCrop(air, 'train', size, 0.8, rngOf(1)).foreground).toHaveLength(120);
  });

  it('comes from patients equally often, whatever the number of their volumes', () => {
    const crops = many(2000, 0);
    const ofPatient = crops.filter(({ patient }) => patient === 1).length;
    expect(Math.abs(ofPatient - 1000)).toBeLessThan(120);
    expect(new Set(crops.map(({ volume: id }) => id))).toEqual(new Set(['a0', 'a1', 'a2', 'b0']));
  });

  it('comes from modalities equally often, and from patients alone where the set says so', () => {
    const mixed: ScanSet = {
      ...set,
      volumes: [
        volume('ct0', 0, 'train', 12, 'CT'),
        ...[1, 2, 3, 4].map((patient) => volume(`mr${patient}`, patient, 'train', 12, 'MR')),
      ],
    };
    const ofCt = (scans: ScanSet): number => {
      const rng = rngOf(3);
      const ids = Array.from({ length: 1000 }, () => drawCrop(scans, 'train', size, 0, rng).volume);
      return ids.filter((id) => id === 'ct0').length;
    };
    expect(Math.abs(ofCt(mixed) - 500)).toBeLessThan(80);
    expect(Math.abs(ofCt({ ...mixed, balance: 'patients' }) - 200)).toBeLessThan(70);
  });

  it('comes from the split that is asked for', () => {
    expect(drawCrop(set, 'validation', size, 0, rngOf(1)).volume).toBe('c0');
  });

  it('is refused where no volume holds it', () => {
    expect(() => drawCrop(set, 'train', [13, 1, 1], 0, rngOf(1))).toThrow(
      /no train volume holds a crop of 13 × 1 × 1/,
    );
  });

  it('holds all channels of its place', () => {
    const two = memoryVolume(
      { ...volume('x', 0, 'train', 3), shape: [2, 3, 3, 3] },
      Float32Array.from({ length: 54 }, (_, i) => i),
      new Uint8Array(27),
    );
    expect([...cropAt(two, [1, 2, 1], [1, 1, 2]).voxels]).toEqual([16, 17, 43, 44]);
  });
});
