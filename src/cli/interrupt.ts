/**
 * Ctrl-C and SIGTERM as an AbortSignal: the first ends a run in good order, the second ends the process.
 */

export interface Interruption {
  readonly signal: AbortSignal;
  /** Called when there is something to end in good order; until then a signal ends the process as usual. */
  readonly begin: () => void;
}

/** Calls `run` with a signal that is aborted when the user interrupts; `onInterrupt` is called then, once. */
export async function interruptible<T>(
  onInterrupt: () => void,
  run: (interruption: Interruption) => Promise<T>,
): Promise<T> {
  const interrupt = new AbortController();
  const onSignal = (): void => {
    if (interrupt.signal.aborted) process.exit(130);
    onInterrupt();
    interrupt.abort();
  };
  const begin = (): void => {
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  };
  try {
    return await run({ signal: interrupt.signal, begin });
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}
