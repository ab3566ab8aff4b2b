/**
 * All that the page reads: from the server under the token of its link, or, in a report, from the JSON that the file holds
 * in `<script type="application/json" id="report-data">`, an object by path.
 */
import { routeOf, selected } from './selection.js';
import { token } from './token.js';

/** A refusal of the server, in its words. */
export class LoadError extends Error {
  constructor(
    message: string,
    /** HTTP status; 0 where there was no answer. */
    readonly status: number,
  ) {
    super(message);
  }
}

/** Answer to a path such as `/api/candidates/12`. Throws a LoadError. */
export async function load<T>(path: string): Promise<T> {
  const report = reportData();
  if (report === null) return (await (await answer(path)).json()) as T;
  if (!(path in report)) throw new LoadError('This is not part of the report.', 404);
  return report[path] as T;
}

/** Address of a picture, for `<img src>`: revoke it (`URL.revokeObjectURL`) when it is shown no more. Throws a LoadError. */
export async function picture(path: string): Promise<string> {
  const report = reportData();
  if (report === null) return URL.createObjectURL(await (await answer(path)).blob());
  const data = report[path];
  if (typeof data !== 'string' || !data.startsWith('data:image/png;base64,')) {
    throw new LoadError('This picture is not part of the report.', 404);
  }
  return data;
}

/** True where the page is a report: nothing changes, and nothing is asked for. */
export const isReport = (): boolean => reportData() !== null;

let report: Readonly<Record<string, unknown>> | null | undefined;

function reportData(): Readonly<Record<string, unknown>> | null {
  if (report === undefined) {
    const text = document.getElementById('report-data')?.textContent ?? null;
    report = text === null ? null : (JSON.parse(text) as Record<string, unknown>);
  }
  return report;
}

async function answer(path: string): Promise<Response> {
  const query = new URLSearchParams(selected(routeOf(location.hash).query)).toString();
  const address = query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`;
  let response: Response;
  try {
    response = await fetch(address, { headers: { authorization: `Bearer ${(await token()) ?? ''}` } });
  } catch {
    throw new LoadError('The server does not answer. Is voxolve dashboard still running?', 0);
  }
  if (!response.ok) throw new LoadError(await refusal(response), response.status);
  return response;
}

async function refusal(response: Response): Promise<string> {
  if (response.status === 401 || response.status === 403) {
    return 'The server refuses this tab: open the link that voxolve dashboard printed.';
  }
  const text = (await response.text()).slice(0, 500);
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    if (typeof error === 'string') return error;
  } catch {
    // plain text
  }
  return text === '' ? `The server answered ${response.status}.` : text;
}
