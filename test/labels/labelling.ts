/** A folder for scans and labels, and what `labels` makes of them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { labels, type LabelsOptions, type LabelsOutcome } from '../../src/api/labels.js';
import type { RawScan } from '../../src/scans/formats/format.js';
import { nifti } from '../../src/scans/formats/nifti.js';

export interface Home {
  readonly at: (...names: string[]) => string;
  readonly write: (name: string, content: string | Uint8Array | object) => string;
  readonly run: (files: readonly string[], options?: Partial<LabelsOptions>) => Promise<Labelled>;
  /** Runs `labels` for an annotation program, without a manifest to read. */
  readonly give: (
    files: readonly string[],
    options: Partial<LabelsOptions> & { output: string },
  ) => Promise<LabelsOutcome>;
  readonly remove: () => void;
}

export interface Labelled {
  readonly outcome: LabelsOutcome;
  readonly csv: string;
  readonly text: string;
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** The mask of a row. */
  readonly mask: (row?: number) => Promise<RawScan>;
}

export function home(): Home {
  const folder = mkdtempSync(join(tmpdir(), 'voxolve-labels-'));
  let counter = 0;
  const at = (...names: string[]): string => join(folder, ...names);
  return {
    at,
    write(name, content) {
      const bytes =
        typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content);
      writeFileSync(at(name), bytes);
      return at(name);
    },
    async run(files, options = {}) {
      const csv = at(`labels-${counter++}.csv`);
      const outcome = await labels({
        files,
        scans: at('scans'),
        output: csv,
        cacheDirectory: at('cache'),
        ...options,
      });
      const text = readFileSync(csv, 'utf8');
      const rows = parse<Record<string, string>>(text, { columns: true });
      return {
        outcome,
        csv,
        text,
        rows,
        mask: (row = 0) => nifti.read(resolve(dirname(csv), rows[row]?.['labels'] ?? '')),
      };
    },
    give: (files, options) => labels({ files, scans: at('scans'), cacheDirectory: at('cache'), ...options }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Voxels of a slice as lines of text: `.` background, `?` unknown, else the number. */
export function picture({ voxels, size: [columns, rows] }: RawScan, slice: number): string[] {
  return Array.from({ length: rows }, (_, y) =>
    Array.from({ length: columns }, (_, x) => {
      const value = Number(voxels[(slice * rows + y) * columns + x]);
      return value === 0 ? '.' : value < 0 ? '?' : String(value);
    }).join(''),
  );
}
