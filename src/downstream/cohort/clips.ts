/**
 * What a reader of a report on clips, such as ultrasound, should know: how they were taken often tells the outcome, by their
 * size and frame rate alone.
 */
import type { VolumeFacts } from '../../scans/sampling/scan-set.js';

/** Of volumes some of which are clips; nothing of others. */
export function clipRemarks(volumes: readonly Pick<VolumeFacts, 'frameTime'>[]): readonly string[] {
  if (volumes.every(({ frameTime }) => frameTime === null)) return [];
  return [
    'these are clips, whose size and frame rate may tell the outcome: compare with the baseline of metadata (voxolve finetune … --labels all)',
  ];
}
