/**
 * Writes `report.json` and `report.md`.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../core/atomic-write.js';
import { reportMarkdown, type CurvesInMarkdown } from './markdown.js';
import type { Report } from './report.js';

export async function writeReport(folder: string, report: Report, curves?: CurvesInMarkdown): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeAtomically(join(folder, 'report.md'), reportMarkdown(report, curves));
  await writeAtomically(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
}
