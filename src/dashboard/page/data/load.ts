/**
 * All that the page reads: from the server under the token of its link, or, in a report, from what the file holds.
 */
import { LoadError } from './load-error.js';
import { reportData } from './report-data.js';
import { routeOf, selected } from './selection.js';
import { token } from './token.js';

/** Answer to a path such as `/api/candidates/12`. Throws a LoadError. */
export async function load<T>(path: string): Promise<T> {
  const report = await reportData();
  if (report === null) return (await (await answer(path)).json()) as T;
  if (!(path in report))
    throw new LoadError(
      'This is not part of the report: voxolve dashboard shows it, where the database is.',
      404,
    );
  return report[path] as T;
}

/** Address of a picture, for `<img src>`: revoke it (`URL.revokeObjectURL`) when it is shown no more. Throws a LoadError. */
export async function picture(path: string): Promise<string> {
  const report = await reportData();
  if (report === null) return URL.createObjectURL(await (await answer(path)).blob());
  const data = report[path];
  if (typeof data !== 'string' || !data.startsWith('data:image/png;base64,')) {
    throw new LoadError('This picture is not part of the report.', 404);
  }
  return data;
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
