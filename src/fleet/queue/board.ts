/**
 * The notes beside the queues: which searches are under way, who leads them, which class of processors each belongs to, and
 * which workers are there. Any of it may be lost at any time, and is written again by its owner.
 */
import type { Redis } from 'ioredis';
import type { ZodType, z } from 'zod';
import { Announcement, WorkerCard } from '../protocol/board-messages.js';
import { className } from '../protocol/result-message.js';

/** Prefix of all keys, those of the queues included. */
export const PREFIX = 'voxolve';

/** Name of a search's queue. */
export const queueNameOf = (search: string): string => `search-${search}`;

const SEARCHES = `${PREFIX}:searches`;
const WORKERS = `${PREFIX}:workers`;
const workerKey = (name: string): string => `${PREFIX}:worker:${name}`;
const drainKey = (name: string): string => `${PREFIX}:drain:${name}`;
const leaseKey = (search: string): string => `${PREFIX}:lease:${search}`;
const classKey = (search: string): string => `${PREFIX}:class:${search}`;

/** Milliseconds after which a worker that says nothing is gone. */
const CARD_LIFE = 5000;
/** Milliseconds after which a coordinator that says nothing may be followed by another. */
export const LEASE_LIFE = 6000;

/** Milliseconds after which a class that nobody claims again is free. */
const CLASS_LIFE = 60_000;

/** Renews a lease that is one's own, takes one that is nobody's; 0 where it is another's. */
const LEASE = `
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

export class Board {
  constructor(private readonly redis: Redis) {}

  async announce(note: Announcement): Promise<void> {
    await this.redis.hset(SEARCHES, note.search, JSON.stringify(note));
  }

  async withdraw(search: string): Promise<void> {
    await this.redis.hdel(SEARCHES, search);
    await this.redis.del(classKey(search));
  }

  /** Searches under way; notes that are no announcements, as of another version, are left out. */
  async searches(): Promise<readonly Announcement[]> {
    const notes = await this.redis.hgetall(SEARCHES);
    return Object.values(notes).flatMap((text) => checked(Announcement, text) ?? []);
  }

  async announced(search: string): Promise<boolean> {
    return (await this.redis.hexists(SEARCHES, search)) === 1;
  }

  /** True if the lease of the search is the owner's from now on. */
  async lease(search: string, owner: string): Promise<boolean> {
    return (await this.redis.eval(LEASE, 1, leaseKey(search), owner, LEASE_LIFE)) === 1;
  }

  async release(search: string, owner: string): Promise<void> {
    await this.redis.eval(RELEASE, 1, leaseKey(search), owner);
  }

  /** True if somebody leads the search. */
  async led(search: string): Promise<boolean> {
    return (await this.redis.exists(leaseKey(search))) === 1;
  }

  /** Milliseconds that the lease of a search still lasts; at most 0 where there is none. */
  async leaseLeft(search: string): Promise<number> {
    return this.redis.pttl(leaseKey(search));
  }

  /** The class of a search: `own`, where it had none before. */
  async claimClass(search: string, own: string): Promise<string> {
    await this.redis.set(classKey(search), own, 'PX', CLASS_LIFE, 'NX');
    return (await this.classOf(search)) ?? own;
  }

  async setClass(search: string, known: string): Promise<void> {
    await this.redis.set(classKey(search), known, 'PX', CLASS_LIFE);
  }

  async classOf(search: string): Promise<string | undefined> {
    const found = className.safeParse(await this.redis.get(classKey(search)));
    return found.success ? found.data : undefined;
  }

  async show(card: WorkerCard): Promise<void> {
    await this.redis
      .multi()
      .sadd(WORKERS, card.name)
      .set(workerKey(card.name), JSON.stringify(card), 'PX', CARD_LIFE)
      .exec();
  }

  async remove(name: string): Promise<void> {
    await this.redis.del(workerKey(name), drainKey(name));
    await this.redis.srem(WORKERS, name);
  }

  /** Workers that are there, by name. */
  async workers(): Promise<readonly WorkerCard[]> {
    const names = (await this.redis.smembers(WORKERS)).sort();
    if (names.length === 0) return [];
    const cards = await this.redis.mget(names.map(workerKey));
    const gone = names.filter((_, i) => cards[i] === null);
    if (gone.length > 0) await this.redis.srem(WORKERS, gone);
    return cards.flatMap((text) => (text === null ? [] : (checked(WorkerCard, text) ?? [])));
  }

  /** Asks a worker to finish what it works on and to end. */
  async askToDrain(name: string): Promise<void> {
    await this.redis.set(drainKey(name), '1', 'PX', 60_000);
  }

  async isAskedToDrain(name: string): Promise<boolean> {
    return (await this.redis.exists(drainKey(name))) === 1;
  }
}

/** The value of a note; undefined where it is none of its kind. */
function checked<T>(schema: ZodType<T>, text: string): z.infer<typeof schema> | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
