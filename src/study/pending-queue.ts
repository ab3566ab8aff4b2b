/**
 * Candidates that are decided and wait for a worker: which is to start next.
 *
 * Others rest on its result, so a long training that starts late makes them wait. The least slack first: a training that
 * takes c times the mean is brought forward by the c × workers candidates that start meanwhile. Its length is predicted
 * from its cost; the order changes no result.
 */
export interface Pending {
  readonly number: number;
  /** Predicted work, such as multiply-accumulates × steps; null where unknown. */
  readonly cost: number | null;
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
    if (task.cost === null) return;
    this.sum += task.cost;
    this.count++;
  }

  take(): T | undefined {
    const mean = this.sum / Math.max(1, this.count);
    const latestStart = ({ number, cost }: T): number =>
      number - (cost === null || !(mean > 0) ? 0 : (this.workers * cost) / mean);
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
