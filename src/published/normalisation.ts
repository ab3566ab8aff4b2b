/**
 * Intensities as a published encoder saw them in its training.
 *
 * Torchvision's video networks were trained on colours in [0, 1], less a mean and over a deviation per colour
 * (https://pytorch.org/vision/stable/models.html, section "Video classification"). Scans have no such units: the
 * darkest and the brightest of a scan, after clipping, stand for 0 and 1.
 */
import { meanOf } from '../core/statistics/descriptive.js';

/** `(x - mean) / deviation` of each channel, for x in [0, 1]. */
export interface Normalisation {
  /** Per channel of the encoder. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Of R, G, B in Kinetics-400, as torchvision's video networks take it. */
export const KINETICS: Normalisation = {
  mean: [0.43216, 0.394666, 0.37645],
  std: [0.22803, 0.22145, 0.216989],
};

/** For grey scans, whose one channel stands for all colours: the means over colours. */
export function greyNormalisation({ mean, std }: Normalisation): Normalisation {
  return { mean: [meanOf(mean)], std: [meanOf(std)] };
}

/**
 * Normalises voxels `[C, …]` in place.
 *
 * @param ranges darkest and brightest value of each channel in the whole scan, which stand for 0 and 1; values beyond
 *   are clipped, and where both are equal all become 0, the darkest
 */
export function normaliseAsPublished(
  voxels: Float32Array,
  ranges: readonly (readonly [number, number])[],
  { mean, std }: Normalisation,
): void {
  const channels = ranges.length;
  if (mean.length !== channels || std.length !== channels || voxels.length % channels !== 0) {
    throw new Error(`a normalisation of ${mean.length} channels meets ${channels} ranges`);
  }
  const length = voxels.length / channels;
  ranges.forEach(([low, high], channel) => {
    const scale = high > low ? 1 / (high - low) : 0;
    const [centre, deviation] = [mean[channel] as number, std[channel] as number];
    for (let i = channel * length; i < (channel + 1) * length; i++) {
      const unit = Math.min(1, Math.max(0, ((voxels[i] as number) - low) * scale));
      voxels[i] = (unit - centre) / deviation;
    }
  });
}
