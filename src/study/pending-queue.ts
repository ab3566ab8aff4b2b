/**
 * Candidates that are decided and wait for a worker, in the order in which to start them.
 *
 * Others rest on its result, so a long training that starts late makes them wait. The least slack first: a training that
 * takes c times the mean is brought forward by the c × workers candidates that start meanwhile. Its length is predicted
 * before; the order changes no result.
 */
export interface Pending {
  readonly number: number;
  /** Predicted length of its training, such as multiply-accumulates × steps. */
  readonly work: number;
}

export class PendingQueue<T extends Pending> {
  private readonly tasks: T[] = [];
  private sum = 0;
  private count = 0;

  constructor(private readonly workers: number) {}

  get size(): number {
    return this.tasks.length;
  }

  add(task: T): void {
    this.tasks.push(task);
    this.sum += task.work;
    this.count++;
  }

  take(): T | undefined {
    const mean = this.sum / Math.max(1, this.count);
    const latestStart = ({ number, work }: T): number =>
      number - (mean > 0 ? (this.workers * work) / mean : 0);
    let first = 0;
    let least = Infinity;
    this.tasks.forEach((task, i) => {
      const start = latestStart(task);
      if (start < least) [first, least] = [i, start];
    });
    const [task] = this.tasks.splice(first, 1);
    return task;
  }
}
