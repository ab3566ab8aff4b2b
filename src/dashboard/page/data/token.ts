/**
 * The token of the link: moved out of the address, where it would stay in the history, into this tab's sessionStorage. A tab
 * that was opened from another one asks the others of the same origin for it.
 */
const KEY = 'voxolve-token';
const CHANNEL = 'voxolve-token';
const PATIENCE_MS = 300;

/** Moves `?token=` from the address into sessionStorage, and answers other tabs that ask for it. */
export function takeToken(): void {
  if (location.protocol === 'file:') return;
  const address = new URL(location.href);
  const token = address.searchParams.get('token');
  if (token !== null) {
    sessionStorage.setItem(KEY, token);
    address.searchParams.delete('token');
    history.replaceState(null, '', address);
  }
  new BroadcastChannel(CHANNEL).addEventListener('message', ({ data, target }: MessageEvent) => {
    const known = sessionStorage.getItem(KEY);
    if (data === 'which?' && known !== null) (target as BroadcastChannel).postMessage({ token: known });
  });
}

/** The token, out of sessionStorage or from another tab; null where none knows it. */
export async function token(): Promise<string | null> {
  const known = sessionStorage.getItem(KEY);
  if (known !== null) return known;
  asked ??= askOthers();
  const answer = await asked;
  if (answer !== null) sessionStorage.setItem(KEY, answer);
  return answer;
}

let asked: Promise<string | null> | undefined;

function askOthers(): Promise<string | null> {
  const channel = new BroadcastChannel(CHANNEL);
  return new Promise<string | null>((resolve) => {
    channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'object' && data !== null && 'token' in data) resolve(String(data.token));
    });
    channel.postMessage('which?');
    setTimeout(() => resolve(null), PATIENCE_MS);
  }).finally(() => channel.close());
}
