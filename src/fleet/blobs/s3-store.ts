/**
 * A blob store in a bucket of S3, or of a server that speaks its protocol.
 *
 * A key is replaced in one step, and readers see the last write (S3 is strongly consistent since 2020, and so are MinIO and
 * Ceph). The server checks each upload against its SHA-256, which is signed.
 */
import { createHash } from 'node:crypto';
import { UserError } from '../../core/errors.js';
import { sha256 } from '../../core/hash.js';
import { BlobDamaged, BlobMissing, type BlobStore } from './blob-store.js';
import { isName, placeOfBlob, placeOfFolder, placeOfName } from './names.js';
import { s3Address, type S3Address } from './s3-address.js';
import { credentialsFrom } from './s3-credentials.js';
import { s3Sender, type RetryOptions, type SendS3 } from './s3-requests.js';

export interface S3Options {
  /** Where server, region and credentials are taken from. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly retry?: RetryOptions;
}

/** Bytes from which it pays to ask first if a blob is there. */
const WORTH_ASKING = 64 * 1024;
const LONGEST_LISTING = 8 << 20;

/** Opens `s3://BUCKET/PREFIX`; throws UserError where the bucket cannot be used. */
export async function openS3Store(
  where: string,
  { environment = process.env, retry }: S3Options = {},
): Promise<BlobStore> {
  const address = s3Address(where, environment);
  const store = new S3Store(address, await s3Sender(address, credentialsFrom(environment), retry));
  await store.check();
  return store;
}

class S3Store implements BlobStore {
  readonly name: string;

  constructor(
    private readonly address: S3Address,
    private readonly send: SendS3,
  ) {
    this.name = address.name;
  }

  /** Asks for one name: wrong addresses and credentials show at once. */
  async check(): Promise<void> {
    await this.page('named/', undefined, 1);
  }

  async put(bytes: Uint8Array): Promise<string> {
    const hash = sha256(bytes);
    const place = placeOfBlob(hash);
    if (bytes.length < WORTH_ASKING || !(await this.holds(place, bytes))) await this.write(place, bytes);
    return hash;
  }

  async get(hash: string, limit: number): Promise<Uint8Array> {
    const bytes = await this.read(placeOfBlob(hash), limit);
    if (bytes === undefined) throw new BlobMissing(this.name, hash);
    if (sha256(bytes) !== hash) throw new BlobDamaged(this.name, hash);
    return bytes;
  }

  async has(hash: string): Promise<boolean> {
    const { status } = await this.send({ method: 'HEAD', url: this.urlOf(placeOfBlob(hash)) });
    return status !== 404;
  }

  async remove(hash: string): Promise<void> {
    await this.send({ method: 'DELETE', url: this.urlOf(placeOfBlob(hash)) });
  }

  putNamed(name: string, bytes: Uint8Array): Promise<void> {
    return this.write(placeOfName(name), bytes);
  }

  getNamed(name: string, limit: number): Promise<Uint8Array | undefined> {
    return this.read(placeOfName(name), limit);
  }

  async removeNamed(name: string): Promise<void> {
    await this.send({ method: 'DELETE', url: this.urlOf(placeOfName(name)) });
  }

  async listNamed(prefix: string): Promise<string[]> {
    const place = placeOfFolder(prefix);
    const names: string[] = [];
    const start = `${this.address.prefix}named/`;
    let next: string | undefined;
    do {
      const page = await this.page(place, next);
      names.push(...page.keys.filter((key) => key.startsWith(start)).map((key) => key.slice(start.length)));
      next = page.next;
    } while (next !== undefined);
    return names.filter(isName).sort();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private urlOf(place: string): string {
    return `${this.address.url}${place}`;
  }

  /** True if the server has these bytes already, as far as it says: its entity tag is the MD5 of most objects. */
  private async holds(place: string, bytes: Uint8Array): Promise<boolean> {
    const { status, headers } = await this.send({ method: 'HEAD', url: this.urlOf(place) });
    if (status === 404 || headers.get('content-length') !== String(bytes.length)) return false;
    return headers.get('etag') === `"${createHash('md5').update(bytes).digest('hex')}"`;
  }

  private async write(place: string, body: Uint8Array): Promise<void> {
    const { status } = await this.send({ method: 'PUT', url: this.urlOf(place), body });
    if (status === 404) throw this.refused('took no object (status 404)', 'check AWS_ENDPOINT_URL');
  }

  private async read(place: string, limit: number): Promise<Uint8Array | undefined> {
    const { status, bytes } = await this.send({ method: 'GET', url: this.urlOf(place), limit });
    return status === 404 ? undefined : bytes;
  }

  /** One page of a listing (ListObjectsV2). */
  private async page(
    place: string,
    after: string | undefined,
    most?: number,
  ): Promise<{ readonly keys: readonly string[]; readonly next: string | undefined }> {
    const query = new URLSearchParams({
      'list-type': '2',
      'encoding-type': 'url',
      prefix: `${this.address.prefix}${place}`,
      ...(most === undefined ? {} : { 'max-keys': String(most) }),
      ...(after === undefined ? {} : { 'continuation-token': after }),
    });
    const url = `${this.address.bucketUrl}?${query.toString()}`;
    const { status, bytes } = await this.send({ method: 'GET', url, limit: LONGEST_LISTING });
    const text = new TextDecoder().decode(bytes);
    if (status === 404 || !text.includes('<ListBucketResult')) {
      throw this.refused(
        `does not answer as S3 does (status ${status})`,
        'check the address and AWS_ENDPOINT_URL',
      );
    }
    const keys = [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => plain(key));
    const [, next] = /<NextContinuationToken>([^<]+)<\/NextContinuationToken>/.exec(text) ?? [];
    if (next !== undefined && next === after)
      throw this.refused('repeats a page of its listing', 'check the server');
    return { keys, next: next === undefined ? undefined : unescaped(next) };
  }

  private refused(problem: string, fix: string): UserError {
    return new UserError({ subject: this.name, problem, fix });
  }
}

function plain(key: string): string {
  try {
    return decodeURIComponent(unescaped(key).replace(/\+/g, ' '));
  } catch {
    return '';
  }
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescaped(text: string): string {
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => ENTITIES[name] ?? '');
}
