/**
 * Runs a part of `check:gpu` in a process of its own, and ends it where it takes too long.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PartContext, PartOutcome } from './part.js';

/** Share of its time after which a part is to come to its end by itself; it is killed at the end of all of it. */
const SOFT = 0.85;

/** What engine torch says where it trains without a CUDA graph. */
const NOT_CAPTURED = /engine torch: (steps are not captured[^\n]*)/;

export type PartResult = PartOutcome & { readonly name: string; readonly seconds: number };

/** `say`: takes what the process prints, piece by piece. */
export async function runPart(
  name: string,
  { seconds, ...context }: PartContext,
  say: (text: string) => void,
): Promise<PartResult> {
  const begun = performance.now();
  const asked: PartContext = { ...context, seconds: SOFT * seconds };
  const child = fork(fileURLToPath(new URL('./child.js', import.meta.url)), [name, JSON.stringify(asked)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // What a part leaves where it is killed goes with the folder.
    env: { ...process.env, TMPDIR: context.folder },
  });
  let known: PartOutcome | undefined;
  let printed = '';
  child.on('message', (outcome: PartOutcome) => (known = outcome));
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (piece: Buffer) => {
      printed += piece.toString();
      say(piece.toString());
    });
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), 1000 * seconds);
  const [code, signal] = await new Promise<readonly [number | null, string | null]>((resolve) => {
    child.on('close', (...ended) => resolve(ended));
  });
  clearTimeout(timer);
  const outcome = code === 0 && known !== undefined ? known : endedEarly(known, { code, signal, seconds });
  const captured = NOT_CAPTURED.exec(printed)?.[1];
  const told: PartOutcome =
    captured === undefined ? outcome : { ...outcome, status: 'failed', says: `${outcome.says}; ${captured}` };
  return { name, seconds: (performance.now() - begun) / 1000, ...told };
}

interface End {
  readonly code: number | null;
  readonly signal: string | null;
  /** That it had. */
  readonly seconds: number;
}

/** What a part that did not come to its end has shown. */
export function endedEarly(known: PartOutcome | undefined, { code, signal, seconds }: End): PartOutcome {
  const end =
    signal === 'SIGKILL' ? `was ended after ${seconds.toFixed(0)} s` : `ended with ${signal ?? code}`;
  if (known === undefined) return { status: 'failed', says: `${end}, before it showed anything` };
  const status = signal === 'SIGKILL' && known.status !== 'failed' ? 'cut' : 'failed';
  return { ...known, status, says: `${known.says}; ${end}` };
}
