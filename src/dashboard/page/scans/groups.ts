/** Scans by split and patient, in the order in which they come; scans without a known patient come last in their split. */
import type { ScansView } from '../../views/types.js';

type Scan = ScansView['scans'][number];

export interface Group {
  readonly split: Scan['split'];
  readonly patients: readonly { readonly patient: string | null; readonly scans: readonly Scan[] }[];
}

export function groupsOf(scans: readonly Scan[]): readonly Group[] {
  return (['training', 'held out'] as const).flatMap((split) => {
    const byPatient = new Map<string | null, Scan[]>();
    for (const scan of scans) {
      if (scan.split !== split) continue;
      const known = byPatient.get(scan.patient);
      if (known === undefined) byPatient.set(scan.patient, [scan]);
      else known.push(scan);
    }
    if (byPatient.size === 0) return [];
    const patients = [...byPatient]
      .map(([patient, own]) => ({ patient, scans: own }))
      .sort((a, b) => Number(a.patient === null) - Number(b.patient === null));
    return [{ split, patients }];
  });
}
