/**
 * A head and torso that never lived: a table of soft-edged ellipsoids, and how patients differ.
 *
 * Coordinates are the body's own, about -1 to 1: x to its right, y to the front, z up. Every octant has its own
 * structures (liver right, heart, stomach and spleen left, spine behind, face in front), so that where a patch comes
 * from can be told by anatomy, and by nothing else.
 */
import type { Rng } from '../core/random.js';
import type { Triple } from './geometry.js';

/** Signal of each tissue in a typical patient; air is 0. */
const SIGNAL = {
  air: 0,
  lung: 0.17,
  fluid: 0.26,
  fat: 0.38,
  muscle: 0.5,
  gut: 0.44,
  grey: 0.58,
  liver: 0.66,
  spleen: 0.74,
  white: 0.72,
  kidney: 0.82,
  blood: 0.92,
  bone: 1.08,
} as const;

type Tissue = keyof typeof SIGNAL;

/** An ellipsoid, or a box rounded like one. */
export interface Organ {
  readonly tissue: Tissue;
  readonly centre: Triple;
  readonly radii: Triple;
  /** Only the outer part is there, from this fraction of the radii on; 0 for a solid. */
  readonly shell: number;
  /** A rounded box: its norm has exponent 4 instead of 2. */
  readonly boxy: boolean;
}

const organ = (tissue: Tissue, centre: Triple, radii: Triple, shell = 0, boxy = false): Organ => ({
  tissue,
  centre,
  radii,
  shell,
  boxy,
});

/** Outer surfaces; they keep their place, later organs are painted over earlier ones. */
const FRAME: readonly Organ[] = [
  organ('fat', [0, 0, -0.46], [0.8, 0.58, 0.64], 0, true),
  organ('muscle', [0, 0, -0.46], [0.74, 0.52, 0.6], 0, true),
  organ('fat', [0, -0.04, 0.24], [0.32, 0.32, 0.34]),
  organ('muscle', [0, -0.04, 0.24], [0.28, 0.28, 0.34]),
  organ('fat', [0, 0.02, 0.58], [0.5, 0.55, 0.41]),
  organ('bone', [0, 0.02, 0.58], [0.46, 0.51, 0.38]),
];

const ORGANS: readonly Organ[] = [
  // Head: brain off the centre of its skull, so that the bone is thicker in front.
  organ('fluid', [0, -0.01, 0.6], [0.4, 0.44, 0.33]),
  organ('grey', [0.01, -0.02, 0.61], [0.37, 0.42, 0.3]),
  organ('white', [0.15, 0, 0.64], [0.13, 0.29, 0.18]),
  organ('white', [-0.15, -0.02, 0.64], [0.12, 0.27, 0.17]),
  organ('fluid', [0.08, 0.03, 0.64], [0.04, 0.15, 0.06]),
  organ('fluid', [-0.09, -0.01, 0.65], [0.065, 0.19, 0.09]),
  organ('white', [0, -0.26, 0.42], [0.2, 0.14, 0.1]),
  organ('grey', [0, -0.08, 0.36], [0.07, 0.08, 0.14]),
  organ('fluid', [0.17, 0.44, 0.56], [0.09, 0.09, 0.08]),
  organ('fluid', [-0.17, 0.44, 0.56], [0.09, 0.09, 0.08]),
  organ('air', [0, 0.42, 0.42], [0.1, 0.13, 0.09]),
  organ('bone', [0, 0.36, 0.27], [0.24, 0.14, 0.06], 0.5),
  organ('air', [0, 0.1, 0.18], [0.055, 0.055, 0.3]),
  organ('muscle', [0.1, 0.1, 0.14], [0.07, 0.06, 0.09]),
  organ('blood', [-0.15, 0.02, 0.2], [0.045, 0.05, 0.3]),
  // Chest: three lobes right, two left that leave room for the heart.
  organ('lung', [0.36, -0.02, -0.14], [0.27, 0.34, 0.3]),
  organ('lung', [-0.4, -0.08, -0.16], [0.21, 0.29, 0.27]),
  organ('blood', [0.3, -0.04, -0.16], [0.1, 0.04, 0.03]),
  organ('blood', [-0.36, -0.1, -0.2], [0.09, 0.03, 0.04]),
  organ('muscle', [-0.14, 0.14, -0.26], [0.24, 0.22, 0.19]),
  organ('blood', [-0.22, 0.16, -0.31], [0.1, 0.11, 0.1]),
  organ('blood', [-0.02, 0.12, -0.22], [0.09, 0.1, 0.09]),
  organ('blood', [-0.02, 0.02, -0.02], [0.15, 0.13, 0.07], 0.5),
  organ('bone', [0, 0.43, -0.2], [0.07, 0.05, 0.24]),
  // Abdomen.
  organ('liver', [0.34, 0.04, -0.54], [0.35, 0.36, 0.17]),
  organ('liver', [0.04, 0.18, -0.52], [0.24, 0.2, 0.1]),
  organ('fluid', [0.26, 0.24, -0.64], [0.07, 0.1, 0.07]),
  organ('blood', [0.24, -0.02, -0.52], [0.16, 0.035, 0.035]),
  organ('gut', [-0.33, 0.16, -0.56], [0.22, 0.2, 0.13]),
  organ('air', [-0.35, 0.25, -0.52], [0.11, 0.09, 0.06]),
  organ('spleen', [-0.54, -0.16, -0.5], [0.13, 0.19, 0.13]),
  organ('kidney', [0.33, -0.24, -0.72], [0.11, 0.12, 0.15]),
  organ('fluid', [0.28, -0.22, -0.72], [0.05, 0.05, 0.07]),
  organ('kidney', [-0.34, -0.24, -0.66], [0.11, 0.12, 0.15]),
  organ('fluid', [-0.29, -0.22, -0.66], [0.05, 0.05, 0.07]),
  organ('gut', [0.4, 0.14, -0.8], [0.13, 0.15, 0.14], 0.5),
  organ('gut', [-0.42, 0.1, -0.82], [0.12, 0.13, 0.15], 0.6),
  organ('air', [0.38, 0.18, -0.78], [0.05, 0.05, 0.06]),
  organ('gut', [0.02, 0.24, -0.76], [0.24, 0.12, 0.1], 0.4),
  organ('fluid', [0, 0.16, -0.93], [0.18, 0.16, 0.09]),
  organ('bone', [0.42, -0.12, -0.92], [0.2, 0.24, 0.16], 0.72),
  organ('bone', [-0.42, -0.12, -0.92], [0.2, 0.24, 0.16], 0.72),
  // Great vessels beside the spine: aorta left, vena cava right.
  organ('blood', [-0.08, -0.15, -0.5], [0.06, 0.06, 0.46]),
  organ('blood', [0.09, -0.12, -0.64], [0.065, 0.055, 0.34]),
];

/** Vertebrae from pelvis to skull, wider below, with the canal behind them. */
const SPINE: readonly Organ[] = Array.from({ length: 12 }, (_, level): readonly Organ[] => {
  const z = -0.98 + level * 0.115;
  const width = 0.14 - 0.006 * level;
  return [
    organ('bone', [0, -0.3, z], [width, 0.1, 0.05]),
    organ('fluid', [0, -0.4, z], [0.05, 0.045, 0.08]),
    organ('bone', [0, -0.46, z - 0.02], [0.035, 0.05, 0.03]),
  ];
}).flat();

/** Ribs: rings on the chest wall, open at no side, thinner than a vertebra is high. */
const RIBS: readonly Organ[] = Array.from({ length: 5 }, (_, level) =>
  organ('bone', [0, 0, -0.06 - level * 0.11], [0.68, 0.47, 0.03], 0.88, true),
);

export interface Patient {
  readonly organs: readonly Organ[];
  readonly signal: Readonly<Record<Tissue, number>>;
}

/** A patient: everyone has all organs, in other places, sizes and signals. */
export function drawPatient(rng: Rng): Patient {
  const vary = (item: Organ, place: number, size: number): Organ => {
    const about = (value: number): number => value + rng.uniform(-place, place);
    const scaled = (value: number): number => value * rng.uniform(1 - size, 1 + size);
    const [x, y, z] = item.centre;
    const [a, b, c] = item.radii;
    return { ...item, centre: [about(x), about(y), about(z)], radii: [scaled(a), scaled(b), scaled(c)] };
  };
  const organs = [
    ...FRAME.map((item) => vary(item, 0.008, 0.02)),
    ...RIBS.map((item) => vary(item, 0.01, 0.02)),
    ...ORGANS.map((item) => vary(item, 0.025, 0.12)),
    ...SPINE.map((item) => vary(item, 0.006, 0.06)),
  ];
  const gamma = rng.uniform(0.8, 1.25);
  const signal = Object.fromEntries(
    Object.entries(SIGNAL).map(([tissue, value]) => [tissue, value ** gamma * rng.uniform(0.9, 1.1)]),
  ) as Record<Tissue, number>;
  return { organs, signal };
}
