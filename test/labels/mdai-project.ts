/**
 * A generator of MD.ai projects: labels of every scope and mode, drawings of every shape, and all the text that must not be copied.
 */
import { instanceOf, type MadeScan } from './made-scans.js';

export const SECRETS = ['radiologist@hospital.example', 'Please call Mrs Doe', 'Dr. Jane Roe'];

export const MODES = {
  bbox: { x: 2, y: 1, width: 5, height: 3 },
  polygon: {
    vertices: [
      [1, 1],
      [9, 1],
      [9, 8],
      [1, 8],
    ],
  },
  freeform: {
    vertices: [
      [1, 1],
      [6, 1],
      [1, 6],
    ],
  },
  line: {
    vertices: [
      [1.5, 1.5],
      [1.5, 6.5],
      [4.5, 6.5],
    ],
  },
  location: { x: 4.2, y: 3.9 },
  ellipse: { cx: 6, cy: 5, rx: 3, ry: 2 },
  mask: {
    foreground: [
      [
        [1, 1],
        [9, 1],
        [9, 8],
        [1, 8],
      ],
      [
        [10, 8],
        [12, 8],
        [12, 10],
        [10, 10],
      ],
    ],
    background: [
      [
        [3, 3],
        [6, 3],
        [6, 6],
        [3, 6],
      ],
    ],
  },
} as const;

export interface MadeAnnotation {
  readonly label: string;
  readonly scan: MadeScan;
  readonly slice?: number;
  readonly scope?: 'study' | 'series';
  readonly reader?: string;
  readonly data?: unknown;
  readonly more?: Readonly<Record<string, unknown>>;
}

export interface MadeLabel {
  readonly name: string;
  readonly mode?: string;
  readonly parent?: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** @param dataSets annotations of each data set */
export function mdaiProject(
  labels: readonly MadeLabel[],
  dataSets: readonly (readonly MadeAnnotation[])[],
): object {
  let count = 0;
  const id = (name: string): string => `L_${name}`;
  return {
    id: 'project',
    name: SECRETS[2],
    labelGroups: [
      {
        id: 'G_1',
        name: 'findings',
        labels: labels.map(({ name, mode, parent, more }) => ({
          id: id(name),
          parentId: parent === undefined ? null : id(parent),
          name,
          description: SECRETS[1],
          type: mode === undefined ? 'GLOBAL' : 'LOCAL',
          scope: mode === undefined ? 'EXAM' : 'INSTANCE',
          annotationMode: mode ?? null,
          ...more,
        })),
      },
    ],
    datasets: dataSets.map((annotations, at) => ({
      id: `D_${at}`,
      name: `set ${at}`,
      studies: [...new Set(annotations.map(({ scan }) => scan.study))].map((study, number) => ({
        StudyInstanceUID: study,
        number,
      })),
      annotations: annotations.map(({ label, scan, slice, scope, reader = 'U_1', data = null, more }) => ({
        id: `A_${count++}`,
        parentId: null,
        labelId: id(label),
        createdById: reader,
        createdByEmail: SECRETS[0],
        note: SECRETS[1],
        StudyInstanceUID: scan.study,
        ...(scope === 'study' ? {} : { SeriesInstanceUID: scan.series }),
        ...(slice === undefined ? {} : { SOPInstanceUID: instanceOf(scan, scan.frames > 1 ? 0 : slice) }),
        ...(slice !== undefined && scan.frames > 1 ? { frameNumber: slice } : {}),
        width: scan.columns,
        height: scan.rows,
        data,
        ...more,
      })),
    })),
  };
}
