/**
 * An objective in words: what candidates are scored by, and who was outside of the lineage.
 */
import type { ObjectiveVerification, SourceEvent } from '../../../api/index.js';
import { plural } from '../format.js';

type ObjectiveRead = Extract<SourceEvent, { kind: 'objective read' }>;

export function objectiveLines(event: ObjectiveRead): readonly string[] {
  const { manifest, metric, folds, rows, crops, patients, unusable, test, remarks } = event;
  const outside =
    test.patients === 0
      ? 'the table sets no patient aside for a final test (split test)'
      : `${plural(test.patients, 'patient')} of the final test outside of the search` +
        (test.scans === 0 ? '' : `, with ${plural(test.scans, 'unlabeled scan')} of theirs`);
  return [
    `objective: ${metric} over ${folds} inner folds of ${manifest}: ${plural(rows, 'labelled scan')} of ` +
      `${plural(patients, 'patient')}, ${plural(crops, 'crop')}; ${outside}`,
    ...unusable.map(({ path, reason }) => `  left out ${path}: ${reason}`),
    ...remarks.map((text) => `  ${text}`),
  ];
}

/** For a lineage that verifies. */
export function outsideText({ inside, test, by, because }: ObjectiveVerification): string {
  const how = by === 'manifest' ? 'recomputed from the manifest' : `by the record, since ${because}`;
  return test === 0
    ? `objective: no patient was set aside for a final test; ${plural(inside, 'patient')} in the lineage (${how})`
    : `objective: ${plural(test, 'patient')} of the final test outside of the lineage, ${inside} inside (${how})`;
}
