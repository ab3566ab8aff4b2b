/**
 * How far readers agree: on classes of scans by κ, on masks by Dice's coefficient.
 */
import { commonTo, NO_BITS, sizeOf } from '../geometry/bits.js';
import type { Judged } from '../readers/classes.js';
import { byTarget, regionsOf, type Opinion } from '../readers/opinion.js';
import type { Region } from '../statement.js';
import { diceOf, type Overlap } from './dice.js';
import { cohenKappa, fleissKappa } from './kappa.js';

export interface Agreement {
  /** Each pair of readers on the scans that both gave a class. */
  readonly cohen: readonly { readers: readonly [string, string]; scans: number; kappa: number | null }[];
  /** All readers on the scans with a class by two at least; null where no scan has. */
  readonly fleiss: { readonly readers: number; readonly scans: number; readonly kappa: number | null } | null;
  /** Each pair of readers on the scans on which both drew, mean over those where either marked the label. */
  readonly dice: readonly {
    readers: readonly [string, string];
    label: string;
    scans: number;
    mean: number;
  }[];
}

type NameOf = (reader: string) => string;

export function classAgreement(judged: readonly Judged[], nameOf: NameOf): Omit<Agreement, 'dice'> {
  const labelOf = new Map(judged.map(({ opinion, label }) => [opinion, label]));
  const items = byTarget(judged.map(({ opinion }) => opinion)).filter(({ length }) => length > 1);
  const pairs = new Map<string, { readers: [string, string]; both: [string, string][] }>();
  for (const opinions of items)
    eachPair(opinions, (a, b) => {
      const readers: [string, string] = [nameOf(a.reader), nameOf(b.reader)];
      const pair = pairs.get(readers.join()) ?? { readers, both: [] };
      pairs.set(readers.join(), pair);
      pair.both.push([labelOf.get(a) ?? '', labelOf.get(b) ?? '']);
    });
  return {
    cohen: [...pairs.values()].map(({ readers, both }) => ({
      readers,
      scans: both.length,
      kappa: cohenKappa(both),
    })),
    fleiss:
      items.length === 0
        ? null
        : {
            readers: new Set(items.flat().map(({ reader }) => reader)).size,
            scans: items.length,
            kappa: fleissKappa(
              items.map((opinions) => opinions.map((opinion) => labelOf.get(opinion) ?? '')),
            ),
          },
  };
}

export function maskAgreement(opinions: readonly Opinion[], nameOf: NameOf): Agreement['dice'] {
  const found = new Map<string, { readers: [string, string]; label: string; values: number[] }>();
  const drawn = opinions.filter(
    ({ statements, whole }) => whole || statements.some(({ region }) => region !== null),
  );
  for (const own of byTarget(drawn))
    eachPair(own.map(marksOf), (first, second) => {
      for (const label of new Set([...first.regions.keys(), ...second.regions.keys()])) {
        const dice = diceOf(overlapOf(first, second, label));
        if (dice === null) continue;
        const readers: [string, string] = [nameOf(first.opinion.reader), nameOf(second.opinion.reader)];
        const key = JSON.stringify([readers, label]);
        const entry = found.get(key) ?? { readers, label, values: [] };
        found.set(key, entry);
        entry.values.push(dice);
      }
    });
  return [...found.values()].map(({ readers, label, values }) => ({
    readers,
    label,
    scans: values.length,
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
  }));
}

function eachPair<T>(all: readonly T[], visit: (a: T, b: T) => void): void {
  all.forEach((a, at) => {
    for (const b of all.slice(at + 1)) visit(a, b);
  });
}

type Regions = ReadonlyMap<string, Region>;

interface Marks {
  readonly opinion: Opinion;
  readonly regions: Regions;
}

const marksOf = (opinion: Opinion): Marks => ({ opinion, regions: regionsOf(opinion) });

/** Over voxels of which both readers speak. */
function overlapOf(first: Marks, second: Marks, label: string): Overlap {
  const [a, b] = [first.regions.get(label)?.slices, second.regions.get(label)?.slices];
  const overlap = { first: 0, second: 0, common: 0 };
  for (const slice of new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])])) {
    if (!speaksOf(first, slice) || !speaksOf(second, slice)) continue;
    const [one, other] = [a?.get(slice) ?? NO_BITS, b?.get(slice) ?? NO_BITS];
    overlap.first += sizeOf(one) - commonTo(one, second.opinion.unknown.get(slice) ?? NO_BITS);
    overlap.second += sizeOf(other) - commonTo(other, first.opinion.unknown.get(slice) ?? NO_BITS);
    overlap.common += commonTo(one, other);
  }
  return overlap;
}

function speaksOf({ opinion, regions }: Marks, slice: number): boolean {
  return opinion.whole || [...regions.values()].some(({ complete, slices }) => complete || slices.has(slice));
}
