/**
 * The data of a report: `<script type="application/gzip" id="report-data">` holds answers by path as JSON, gzipped, in base64.
 */
import { LoadError } from './load-error.js';

type Answers = Readonly<Record<string, unknown>>;

const element = (): HTMLElement | null => document.getElementById('report-data');

/** True where the page is a report: nothing changes, and nothing is asked for. */
export const isReport = (): boolean => element() !== null;

let unpacked: Promise<Answers> | undefined;

/** Answers by path; null where the page is no report. Throws a LoadError where the browser cannot unpack them. */
export async function reportData(): Promise<Answers | null> {
  const text = element()?.textContent;
  if (text === undefined || text === null) return null;
  return (unpacked ??= unpack(text));
}

async function unpack(base64: string): Promise<Answers> {
  // Typed as always there, but absent in browsers from before 2023.
  if ((globalThis.DecompressionStream as unknown) === undefined) {
    throw new LoadError('This browser is too old for the pages of a report; its tables stand below.', 0);
  }
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const json = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return (await new Response(json).json()) as Answers;
}
