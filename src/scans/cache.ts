/**
 * Prepared scans on disk, keyed by the hash of content and transforms; a name tells nothing about a patient.
 *
 * An entry is written under a temporary name and renamed, so readers see all of it or nothing, whoever else writes or
 * dies. An entry that is damaged counts as absent. Entry: magic, header length (uint32), header (JSON), payload
 * (per volume float32 voxels, then uint8 foreground padded to 4 bytes); little endian.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError, messageOf } from '../core/errors.js';
import { hashJson, sha256 } from '../core/hash.js';
import type { ScanInfo } from './formats/format.js';
import { transformsJson, type Transforms } from './options.js';
import type { PreparedVolume } from './prepare.js';

/** Raise it whenever the same file and transforms give other voxels than before. */
const VERSION = 3;

const MAGIC = 'voxolve1';

/** What a file became: the scan as stored, and its volumes. */
export interface PreparedScan {
  readonly info: ScanInfo;
  readonly volumes: readonly PreparedVolume[];
}

export interface ScanCache {
  /** Where it is; opens the same cache in another process. */
  readonly directory: string;
  read(key: string): Promise<PreparedScan | undefined>;
  write(key: string, scan: PreparedScan): Promise<void>;
}

export function cacheKey(content: string, transforms: Transforms): string {
  return hashJson({ content, transforms: transformsJson(transforms), version: VERSION });
}

export function defaultCacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return (
    environment['VOXOLVE_CACHE'] ??
    join(environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'voxolve')
  );
}

export function openCache(directory: string): ScanCache {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (cause) {
    throw new UserError(
      {
        subject: directory,
        problem: `the cache can not be written (${messageOf(cause)})`,
        fix: 'set VOXOLVE_CACHE',
      },
      { cause },
    );
  }
  const pathOf = (key: string): string => join(directory, `${key}.scan`);
  return {
    directory,
    async read(key) {
      try {
        return decode(await readFile(pathOf(key)));
      } catch {
        return undefined;
      }
    },
    async write(key, scan) {
      const temporary = join(directory, `${key}.${randomUUID()}.tmp`);
      try {
        await writeFile(temporary, encode(scan));
        await rename(temporary, pathOf(key));
      } catch (cause) {
        await rm(temporary, { force: true });
        throw new UserError(
          {
            subject: directory,
            problem: `the cache can not be written (${messageOf(cause)})`,
            fix: 'free some space or set VOXOLVE_CACHE',
          },
          { cause },
        );
      }
    },
  };
}

const Numbers3 = z.tuple([z.number(), z.number(), z.number()]);
const Row = z.tuple([z.number(), z.number(), z.number(), z.number()]);

/** Keeps the fields of a scan's description and leaves out its voxels. */
const Info = z.object({
  format: z.string(),
  modality: z.string().nullable(),
  size: Numbers3,
  frames: z.number(),
  spacing: Numbers3,
  calibrated: z.boolean(),
  frameTime: z.number().nullable(),
  frameTimes: z.array(z.number()).nullable(),
  affine: z.tuple([Row, Row, Row]),
  remarks: z.array(z.string()),
});

const Header = z.object({
  info: Info,
  volumes: z.array(z.object({ shape: Row, spacing: Numbers3, frameTime: z.number().nullable() })),
  digest: z.string(),
});

function encode({ info, volumes }: PreparedScan): Uint8Array {
  const payload = Buffer.concat(
    volumes.flatMap(({ voxels, foreground }) => [
      Buffer.from(voxels.buffer, voxels.byteOffset, voxels.byteLength),
      foreground,
      Buffer.alloc(padding(foreground.length)),
    ]),
  );
  const header = Buffer.from(
    JSON.stringify({
      info: Info.parse(info),
      volumes: volumes.map((volume) => ({
        shape: volume.shape,
        spacing: volume.spacing,
        frameTime: volume.frameTime,
      })),
      digest: sha256(payload),
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([Buffer.from(MAGIC), length, header, payload]);
}

function decode(bytes: Buffer): PreparedScan {
  const start = MAGIC.length + 4;
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new Error('not a cache entry');
  const end = start + bytes.readUInt32LE(MAGIC.length);
  const header = Header.parse(JSON.parse(bytes.toString('utf8', start, end)));
  const payload = bytes.subarray(end);
  if (sha256(payload) !== header.digest) throw new Error('damaged cache entry');
  let offset = 0;
  const take = (length: number): Uint8Array<SharedArrayBuffer> => {
    const taken = new Uint8Array(new SharedArrayBuffer(length));
    taken.set(payload.subarray(offset, offset + length));
    offset += length + padding(length);
    return taken;
  };
  const volumes = header.volumes.map(({ shape, spacing, frameTime }) => {
    const count = shape[1] * shape[2] * shape[3];
    return {
      shape,
      spacing,
      frameTime,
      voxels: new Float32Array(take(4 * shape[0] * count).buffer),
      foreground: take(count),
    };
  });
  return { info: header.info, volumes };
}

function padding(length: number): number {
  return (4 - (length % 4)) % 4;
}
