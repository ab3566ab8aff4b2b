/**
 * Zero-cost scores that were worked out for one decision and may be asked for by the next: a prescreen compares up to a hundred
 * trained candidates, a fraction of a second each. A score depends on the experiment, the channels of its scans and the user's code
 * alone (src/search/zero-cost.ts), so scores are kept by these.
 */
import { hashJson } from '../../core/hash.js';
import { plainJson } from '../../core/json.js';
import type { KnownScores, ScorerSetting } from '../../workers/zero-cost/scorer.js';

const kept = new Map<string, KnownScores>();

/** What is known in this thread of the scores of a setting; to be extended. */
export function knownScores({ experiment, channels, code }: ScorerSetting): KnownScores {
  const key = hashJson(plainJson({ experiment, channels, code }));
  const known = kept.get(key) ?? new Map<string, number>();
  kept.set(key, known);
  return known;
}
