/**
 * Runs tasks, a bounded number at once, for as long as there are any.
 */

/**
 * Starts what `next` gives, up to `parallel` at a time. Where `next` gives nothing it is asked again when a task
 * ends; once nothing runs either, all is done. After a task failed nothing starts any more: `onFailure` is
 * called, the tasks under way are waited for, and the failure is thrown.
 */
export async function runConcurrently<T>(
  parallel: number,
  next: () => T | undefined,
  run: (task: T) => Promise<void>,
  onFailure: () => void,
): Promise<void> {
  let running = 0;
  const failures: unknown[] = [];
  await new Promise<void>((resolve) => {
    const fail = (reason: unknown): void => {
      failures.push(reason);
      if (failures.length === 1) onFailure();
    };
    const fill = (): void => {
      try {
        while (failures.length === 0 && running < parallel) {
          const task = next();
          if (task === undefined) break;
          running++;
          void run(task).catch(fail).finally(ended);
        }
      } catch (error) {
        fail(error);
      }
      if (running === 0) resolve();
    };
    const ended = (): void => {
      running--;
      fill();
    };
    fill();
  });
  if (failures.length > 0) throw failures[0];
}
