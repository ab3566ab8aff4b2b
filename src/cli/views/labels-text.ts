/** What `voxolve labels` says: what was written, what to know of it, and how far readers agree. */
import type { LabelsOutcome } from '../../api/labels.js';
import { plural } from './format.js';

export function labelsText(outcome: LabelsOutcome, output: string): string {
  const { kind, rows, scans, readers, remarks, unusable } = outcome;
  const what = outcome.labels.map(({ name, number, rows: count }) =>
    kind === 'classes' ? `${name} ${count}` : String(number) === name ? name : `${number} ${name}`,
  );
  return [
    `${output}: ${plural(rows, 'row')} of ${plural(scans, 'scan')}, ${kind}: ${what.join(', ')}`,
    ...(readers.length === 0 ? [] : [`${plural(readers.length, 'reader')}: ${readers.join(', ')}`]),
    ...agreementLines(outcome.agreement),
    ...remarks.map(({ text, count }) => `${text}: ${count}`),
    ...unusable.map(({ path, reason }) => `cannot be used: ${path}: ${reason}`),
  ].join('\n');
}

function agreementLines({ cohen, fleiss, dice }: LabelsOutcome['agreement']): string[] {
  const number = (value: number | null): string => (value === null ? 'undefined' : value.toFixed(3));
  return [
    ...cohen.map(
      ({ readers: [a, b], scans, kappa }) =>
        `${a || '?'}, ${b || '?'}: Cohen's κ ${number(kappa)} on ${plural(scans, 'scan')}`,
    ),
    ...(fleiss === null
      ? []
      : [
          `${plural(fleiss.readers, 'reader')}: Fleiss' κ ${number(fleiss.kappa)} on ${plural(fleiss.scans, 'scan')}`,
        ]),
    ...dice.map(
      ({ readers: [a, b], label, scans, mean }) =>
        `${a || '?'}, ${b || '?'}: ${label}: Dice ${number(mean)} on ${plural(scans, 'scan')}`,
    ),
  ];
}
