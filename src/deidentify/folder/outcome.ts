/** What came of a folder: counts, without names, values and paths. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActionName } from '../file/context.js';
import type { ReasonCode } from '../file/refusal.js';
import type { VideoCodec } from '../../scans/formats/video/encode.js';
import type { Drafted } from './draft.js';
import type { Held, Quarantine } from './quarantine.js';

export interface FolderOutcome {
  /** Files with pixels that may leave. */
  readonly written: number;
  /** DICOM files that arrays or video were made of; absent where DICOM is written. */
  readonly sources?: number;
  /** Files that were left out since another one is the same. */
  readonly duplicates: number;
  readonly quarantined: Readonly<Partial<Record<ReasonCode, number>>>;
  /** How many elements each action was for, over the files that were written; names in order. */
  readonly actions: Readonly<Partial<Record<ActionName, number>>>;
  /** Absent where no video is written. */
  readonly video?: VideoOutcome;
}

/** How many clips were compressed without and with loss. */
export interface VideoOutcome {
  readonly codec: VideoCodec;
  readonly lossless: number;
  readonly lossy: number;
}

export function outcomeOf(
  kept: readonly Drafted[],
  { duplicates, quarantine }: { readonly duplicates: number; readonly quarantine: Quarantine },
): FolderOutcome {
  const sums = new Map<ActionName, number>();
  for (const { clean } of kept)
    for (const [name, count] of clean.counts.byName) sums.set(name, (sums.get(name) ?? 0) + count);
  const actions = Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { written: kept.length, duplicates, quarantined: quarantine.counts(), actions };
}

/** The counts as JSON has them, for programs and in the report. */
export function countsOf({ written, sources, duplicates, quarantined, actions, video }: FolderOutcome) {
  return {
    files: {
      written,
      ...(sources === undefined ? {} : { sources }),
      duplicates,
      quarantined: { ...quarantined },
    },
    actions: { ...actions },
    ...(video === undefined ? {} : { video: { ...video } }),
  };
}

/** Counts, and for each quarantined copy the reason. */
export function writeReport(folder: string, outcome: FolderOutcome, held: readonly Held[]): void {
  const report = { ...countsOf(outcome), quarantine: held };
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`, {
    mode: 0o600,
    flag: 'wx',
  });
}
