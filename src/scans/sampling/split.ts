/**
 * Split into train and validation sides by patient: scans of one patient are never on both.
 */
import { UserError } from '../../core/errors.js';
import { rngOf } from '../../core/random.js';

export type Split = 'train' | 'validation';

/**
 * @param source name of the scans for errors
 * @param patients each patient once, in an order that the draw depends on, with the side that a manifest fixes
 * @param share fraction of patients held out for validation, in (0, 1)
 */
export function splitPatients(
  source: string,
  patients: ReadonlyMap<string, Split | null>,
  share: number,
  seed: number,
): Map<string, Split> {
  const names = [...patients.keys()];
  if (names.length < 2) {
    throw new UserError({
      subject: source,
      problem: `holds usable scans of ${names.length} patient, training and validation need one each`,
      fix: 'add scans of another patient',
    });
  }
  const fixed = names.filter((name) => patients.get(name) !== null);
  const free = rngOf(seed, 'scans', 'split').shuffle(names.filter((name) => patients.get(name) === null));
  const held = fixed.filter((name) => patients.get(name) === 'validation').length;
  const wanted = Math.min(names.length - 1, Math.max(1, Math.round(share * names.length)));
  const drawn = new Set(free.slice(0, Math.max(0, wanted - held)));
  const sides = new Map(
    names.map((name): [string, Split] => [
      name,
      patients.get(name) ?? (drawn.has(name) ? 'validation' : 'train'),
    ]),
  );
  for (const side of ['train', 'validation'] as const) {
    if (![...sides.values()].includes(side)) {
      throw new UserError({
        subject: source,
        problem: `no usable scan is in the split ${side}`,
        fix: 'correct the column split of the manifest',
      });
    }
  }
  return sides;
}
