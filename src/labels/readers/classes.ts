/**
 * Classes of whole scans out of what readers say of them. A label that is drawn says that the scan has it.
 */
import { UserError } from '../../core/errors.js';
import { byTarget, type Opinion } from './opinion.js';
import { majority, type Policy } from './policy.js';

/** The class of scans on which none of the labels was found. */
const NONE = 'none';

export interface Judged {
  readonly opinion: Opinion;
  readonly label: string;
}

/** Opinions that come down to a class; `absent`: a scan that was looked at and has no label has none, else nothing is known. */
export function judge(opinions: readonly Opinion[], absent: boolean): Judged[] {
  return opinions.flatMap((opinion) => {
    const label = classOf(opinion) ?? (absent ? NONE : null);
    return label === null ? [] : [{ opinion, label }];
  });
}

function classOf({ target, statements }: Opinion): string | null {
  const refined = new Set(statements.map(({ parent }) => parent));
  const labels = [...new Set(statements.map(({ label }) => label))].filter((label) => !refined.has(label));
  const [first = null, second] = labels.sort();
  if (second === undefined) return first;
  throw new UserError({
    subject: target.path,
    problem: `has the labels ${labels.slice(0, 4).join(', ')}${labels.length > 4 ? ', …' : ''} by one reader; a manifest has one a scan`,
    fix: 'choose with --label those that exclude each other',
  });
}

/** A row of the manifest. */
export interface Settled {
  /** Those who say so. */
  readonly opinions: readonly Opinion[];
  readonly label: string;
}

/** One class a scan, or one a reader; `undecided` counts scans on which no class has more than half of the readers. */
export function settleClasses(
  judged: readonly Judged[],
  policy: Policy,
  nameOf: (reader: string) => string,
): { rows: Settled[]; undecided: number } {
  const labelOf = new Map(judged.map(({ opinion, label }) => [opinion, label]));
  if (policy === 'each')
    return { rows: judged.map(({ opinion, label }) => ({ opinions: [opinion], label })), undecided: 0 };
  let undecided = 0;
  const rows = byTarget(judged.map(({ opinion }) => opinion)).flatMap((own): Settled[] => {
    const labels = own.map((opinion) => labelOf.get(opinion) ?? '');
    if (policy === 'refuse' && new Set(labels).size > 1) throw differ(own, labels, nameOf);
    const label = majority(labels);
    if (label === null) undecided++;
    return label === null ? [] : [{ label, opinions: own.filter((_, at) => labels[at] === label) }];
  });
  return { rows, undecided };
}

function differ(
  own: readonly Opinion[],
  labels: readonly string[],
  nameOf: (reader: string) => string,
): UserError {
  const said = own.slice(0, 4).map(({ reader }, at) => `${nameOf(reader) || 'a reader'} says ${labels[at]}`);
  return new UserError({
    subject: own[0]?.target.path ?? 'a scan',
    problem: `readers differ: ${said.join(', ')}`,
    fix: 'choose --readers majority or --readers each',
  });
}
