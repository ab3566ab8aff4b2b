import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atRate } from '../../../src/scans/preprocess/cine.js';
import { video } from '../../../src/scans/formats/video.js';
import { hasFfmpeg, needsFfmpeg } from '../../support/scans/ffmpeg.js';
import { temporaryFolder } from '../../support/scans/nifti-file.js';

/** Frames of one pixel. */
const pixels = (...values: number[]): Float32Array => Float32Array.from(values);
const near = (found: Float32Array, wanted: readonly number[]): void => {
  expect(found).toHaveLength(wanted.length);
  wanted.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5));
};

describe('bringing frames to one rate', () => {
  it('changes nothing where they are at it', () => {
    near(atRate(pixels(3, 1, 4, 1), 1, [0, 0.1, 0.2, 0.3], 0.1), [3, 1, 4, 1]);
  });

  it('interpolates by time, not by index, where frames are sparse or uneven', () => {
    near(atRate(pixels(0, 1, 4), 1, [0, 0.1, 0.4], 0.05), [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]);
  });

  it('gives clips of one motion at two rates the same frames', () => {
    const motion = (rate: number): Float32Array => {
      const times = Array.from({ length: rate * 2 + 1 }, (_, i) => i / rate);
      return atRate(Float32Array.from(times), 1, times, 0.25);
    };
    // But for the ends, which the wider weights of the faster clip reach over.
    const [slow, fast] = [motion(4), motion(40)];
    expect(fast).toHaveLength(slow.length);
    slow.slice(1, -1).forEach((value, i) => expect(fast[i + 1]).toBeCloseTo(value, 5));
  });

  it('averages what is faster than the rate instead of aliasing it', () => {
    const flicker = Float32Array.from({ length: 101 }, (_, i) => i % 2);
    const times = Array.from({ length: 101 }, (_, i) => i / 100);
    const slow = atRate(flicker, 1, times, 0.1);
    slow.slice(1, -1).forEach((value) => expect(value).toBeCloseTo(0.5, 1));
  });

  it('leaves one frame one frame', () => {
    near(atRate(pixels(7, 9), 1, [0, 0.04], 1), [(7 * 1 + 9 * 0.96) / 1.96]);
  });
});

describe.skipIf(!hasFfmpeg)(`the clock of a video ${needsFfmpeg}`, () => {
  it('gives each frame its time, also where the frame rate changes within the video', async () => {
    const path = join(temporaryFolder(), 'clip.mkv');
    // Five frames a tenth of a second apart, then five that are three tenths apart.
    const uneven = 'setpts=round(if(lt(N\\,5)\\,N\\,5+(N-5)*3)/10/TB)';
    const source = ['-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=10:duration=1', '-vf', uneven];
    const encode = ['-fps_mode', 'passthrough', '-c:v', 'ffv1', path];
    execFileSync('ffmpeg', ['-v', 'error', ...source, ...encode], { stdio: 'ignore' });
    const { frames, frameTimes } = await video.read(path);
    expect(frames).toBe(10);
    [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.8, 1.1, 1.4, 1.7].forEach((time, i) =>
      expect(frameTimes?.[i]).toBeCloseTo(time, 2),
    );
  });
});
