/**
 * The lead of a search: one process has it, by a lease that it renews, and only that one decides and takes results.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../core/errors.js';
import { LEASE_LIFE, type Board } from '../queue/board.js';
import type { FleetPlan } from './plan.js';

export class Leadership {
  private readonly owner = randomUUID();

  constructor(
    private readonly plan: Pick<FleetPlan, 'connection' | 'announcement' | 'record'>,
    private readonly board: Board,
  ) {}

  /** Waits for a lease that a dead coordinator left; one that is renewed meanwhile is somebody's. */
  async take(): Promise<void> {
    const { search, name } = this.plan.announcement;
    let left = LEASE_LIFE;
    while (!(await this.board.lease(search, this.owner))) {
      const now = await this.board.leaseLeft(search);
      if (now > left) {
        throw new UserError({
          subject: this.plan.connection.name,
          problem: `another process leads the search ${name} there`,
          fix: 'wait until it ends or stop it',
        });
      }
      left = now;
      await sleep(Math.max(1, Math.min(250, now)));
    }
  }

  /** Throws `UserError` where another process has taken it meanwhile. */
  async renew(): Promise<void> {
    const { search, name } = this.plan.announcement;
    if (await this.board.lease(search, this.owner)) return;
    throw new UserError({
      subject: this.plan.connection.name,
      problem: `another process has taken the lead of the search ${name}`,
      fix: 'let it go on, or stop it and run voxolve resume',
    });
  }

  async release(): Promise<void> {
    await this.board.release(this.plan.announcement.search, this.owner);
  }

  /** Announces the search, and the class of processors that it belongs to. */
  async publish(): Promise<void> {
    const { announcement, record } = this.plan;
    const { search, mixed } = announcement;
    await this.board.announce(announcement);
    if (mixed) return;
    // The first worker claims it; from then on it stands in the database.
    const known = record.class ?? (await this.board.classOf(search));
    if (known === undefined) return;
    if (record.class === null) record.setClass(known);
    await this.board.setClass(search, known);
  }
}
