/** What a mask did to a synthetic clip: texts that are gone, and pixels that went without need. */
import type { SyntheticClip } from './synthetic.js';

export interface Tally {
  texts: number;
  found: number;
  identifying: number;
  identifyingFound: number;
  inSector: number;
  inSectorFound: number;
  /** Pixels that the detector blanked, and those of them in the box of a text. */
  blanked: number;
  blankedInText: number;
  /** Pixels of the sector, and those that went though no text is there. */
  sector: number;
  lost: number;
  readonly missed: string[];
}

export function emptyTally(): Tally {
  const counts = { texts: 0, found: 0, identifying: 0, identifyingFound: 0, inSector: 0, inSectorFound: 0 };
  return { ...counts, blanked: 0, blankedInText: 0, sector: 0, lost: 0, missed: [] };
}

/** Part of a text's ink that must be gone. */
const GONE = 0.9;

/**
 * @param blanked `[rows, columns]`, 1 where a pixel is blanked
 * @param sector the sector that was kept, outside of which everything is blanked; null where none was known
 * @param name of the clip, for what was missed
 */
export function addTo(
  tally: Tally,
  clip: SyntheticClip,
  blanked: Uint8Array,
  { sector, name }: { readonly sector: Uint8Array | null; readonly name: string },
): void {
  const inText = new Uint8Array(blanked.length);
  for (const { box, ink, text, size, identifies, inSector } of clip.texts) {
    for (let y = box.top; y < box.bottom; y++)
      inText.fill(1, y * clip.columns + box.left, y * clip.columns + box.right);
    const gone = ink.filter((at) => blanked[at] === 1).length / ink.length >= GONE ? 1 : 0;
    tally.texts++;
    tally.found += gone;
    if (identifies) tally.identifying++;
    if (identifies) tally.identifyingFound += gone;
    if (inSector) tally.inSector++;
    if (inSector) tally.inSectorFound += gone;
    if (gone === 0)
      tally.missed.push(`${name}: ${text} (${size} px, ${inSector ? 'in the sector' : 'beside it'})`);
  }
  for (let i = 0; i < blanked.length; i++) {
    const byDetector = blanked[i] === 1 && (sector === null || sector[i] === 1);
    if (byDetector) tally.blanked++;
    if (byDetector && inText[i] === 1) tally.blankedInText++;
    if (clip.sector[i] === 1) tally.sector++;
    if (clip.sector[i] === 1 && blanked[i] === 1 && inText[i] === 0) tally.lost++;
  }
}

export function ratesOf(tally: Tally): Record<string, number> {
  return {
    'names and numbers gone': tally.identifyingFound / tally.identifying,
    'all texts gone': tally.found / tally.texts,
    'texts in the sector gone': tally.inSectorFound / tally.inSector,
    'pixel precision': tally.blankedInText / tally.blanked,
    'part of the sector lost': tally.lost / tally.sector,
  };
}
