/**
 * Labels as MD.ai's JSON: classes as labels of series, masks as polygons along the edges of pixels.
 *
 * Source: https://docs.md.ai/data/json/ (labelGroups, datasets, annotations).
 */
import { outlinesOf, type Outlines } from '../geometry/outline.js';
import type { Ring } from '../geometry/polygon.js';
import type { SettledMask } from '../readers/masks.js';
import type { Target } from '../scans/target.js';
import { ownUids, pictureOfSlices } from './pictures.js';

/** Says a label of a series, or draws it. */
export interface MdaiAnnotation {
  readonly labelId: string;
  readonly createdById: string | null;
  readonly StudyInstanceUID: string;
  readonly SeriesInstanceUID: string;
  readonly SOPInstanceUID?: string;
  readonly frameNumber?: number;
  readonly width?: number;
  readonly height?: number;
  readonly data: null | { readonly foreground: number[][][]; readonly background: number[][][] };
}

/** Id of a label by its name. */
export type LabelIds = ReadonlyMap<string, string>;

export interface ToWrite {
  readonly labels: readonly string[];
  readonly kind: 'classes' | 'masks';
  /** Ids that labels have in a project of MD.ai; others get one of their number. */
  readonly known: LabelIds;
}

export function labelIds({ labels, known }: Pick<ToWrite, 'labels' | 'known'>): LabelIds {
  return new Map(labels.map((name, at) => [name, known.get(name) ?? `L_voxolve${at + 1}`]));
}

/** A label of a whole series. @param reader pseudonym; empty: nobody's */
export function saidOfScan(target: Target, labelId: string, reader: string): MdaiAnnotation {
  return { labelId, createdById: reader === '' ? null : reader, ...seriesOf(target), data: null };
}

/** What is marked, an annotation for each slice and label; `ids` by number in the mask. */
export function* drawnOnScan(
  mask: SettledMask,
  ids: ReadonlyMap<number, string>,
  reader: string,
): Generator<MdaiAnnotation> {
  const { voxels, grid, target } = mask;
  const series = seriesOf(target);
  const [columns, rows] = grid.size;
  const pictures = pictureOfSlices(mask);
  for (let slice = 0; slice < voxels.length / (columns * rows); slice++) {
    const own = voxels.subarray(slice * columns * rows, (slice + 1) * columns * rows);
    const pictured = pictures.get(slice);
    if (pictured === undefined) continue;
    const { instance, place, frames } = pictured;
    for (const number of [...new Set(own)].filter((value) => value > 0).sort((a, b) => a - b)) {
      const pixels = Uint8Array.from(own, (value) => (value === number ? 1 : 0));
      for (const outlines of outlinesOf({ pixels, columns, rows }))
        yield {
          labelId: ids.get(number) ?? '',
          createdById: reader === '' ? null : reader,
          ...series,
          SOPInstanceUID: instance,
          ...(frames > 1 ? { frameNumber: place.frame } : {}),
          width: place.picture[0],
          height: place.picture[1],
          data: verticesOf(outlines, place.corner),
        };
    }
  }
}

function seriesOf(target: Target) {
  const { study, series } = ownUids(target);
  return { StudyInstanceUID: study, SeriesInstanceUID: series };
}

function verticesOf({ inside, outside }: Outlines, [left, top]: readonly [number, number]) {
  const vertices = (ring: Ring): number[][] =>
    Array.from({ length: ring.length / 2 }, (_, at) => [
      (ring[2 * at] as number) + left,
      (ring[2 * at + 1] as number) + top,
    ]);
  return { foreground: inside.map(vertices), background: outside.map(vertices) };
}

/** A project with these annotations, numbered in their order. */
export function mdaiText({ labels, kind, known }: ToWrite, annotations: readonly MdaiAnnotation[]): string {
  const ids = labelIds({ labels, known });
  const drawn = kind === 'masks';
  const studies = [...new Set(annotations.map(({ StudyInstanceUID }) => StudyInstanceUID))];
  return `${JSON.stringify({
    id: 'voxolve',
    name: 'voxolve',
    labelGroups: [
      {
        id: 'G_voxolve',
        name: 'voxolve',
        type: 'STANDARD',
        labels: labels.map((name) => ({
          id: ids.get(name),
          parentId: null,
          name,
          type: drawn ? 'LOCAL' : 'GLOBAL',
          scope: drawn ? 'INSTANCE' : 'SERIES',
          annotationMode: drawn ? 'mask' : null,
        })),
      },
    ],
    datasets: [
      {
        id: 'D_voxolve',
        name: 'voxolve',
        studies: studies.map((study, at) => ({ StudyInstanceUID: study, number: at + 1 })),
        annotations: annotations.map((annotation, at) => ({
          id: `A_${at + 1}`,
          parentId: null,
          isImported: true,
          isInterpolated: false,
          ...annotation,
        })),
      },
    ],
  })}\n`;
}
