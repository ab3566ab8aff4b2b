import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/hash.js';
import type { BlobStore } from '../../../src/fleet/blobs/blob-store.js';
import { credentialsFrom } from '../../../src/fleet/blobs/s3-credentials.js';
import { openS3Store } from '../../../src/fleet/blobs/s3-store.js';
import { temporaryFolder } from '../../support/tiny.js';
import { refuse, s3Stub, type S3Stub } from './s3-stub.js';

const retry = { tries: 4, first: 1, longest: 2 };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

async function withStub(
  use: (stub: S3Stub, store: BlobStore) => Promise<void>,
  token?: string,
): Promise<void> {
  const stub = await s3Stub(token);
  try {
    await use(stub, await openS3Store('s3://bucket/a/b', { environment: stub.environment, retry }));
  } finally {
    await stub.close();
  }
}

/** Fails this many requests in one way, then lets them pass. */
function failing(stub: S3Stub, times: number, fail: (response: ServerResponse) => void): void {
  let left = times;
  stub.intercept = (_: IncomingMessage, response) => {
    if (left-- <= 0) return false;
    fail(response);
    return true;
  };
}

describe('an S3 store', () => {
  it('keeps to its prefix, by path, and signs with a session token', () =>
    withStub(async (stub, store) => {
      const hash = await store.put(text('x'));
      await store.putNamed('runs/one', text('y'));
      expect([...stub.objects.keys()]).toEqual([
        `a/b/blobs/${hash.slice(0, 2)}/${hash}`,
        'a/b/named/runs/one',
      ]);
      stub.objects.set('a/bc/named/other', text('z'));
      stub.objects.set('a/b/named/NOT A NAME', text('z'));
      expect(await store.listNamed('')).toEqual(['runs/one']);
      expect(store.name).toBe('s3://bucket/a/b');
    }, 'token'));

  it('does not send a large blob again that is there', () =>
    withStub(async (stub, store) => {
      const bytes = new Uint8Array(100_000).fill(7);
      await store.put(bytes);
      stub.requests.length = 0;
      await store.put(bytes);
      expect(stub.requests.map((request) => request.split(' ')[0])).toEqual(['HEAD']);
    }));

  it.each<readonly [string, (response: ServerResponse) => void]>([
    ['a server that is busy', (response) => refuse(response, 503, 'SlowDown')],
    ['an internal error', (response) => refuse(response, 500, 'InternalError')],
    ['a lost connection', (response) => response.destroy()],
    [
      'an answer that breaks off',
      (response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('half');
        setTimeout(() => response.destroy(), 5);
      },
    ],
  ])('outlasts %s', (_, fail) =>
    withStub(async (stub, store) => {
      const hash = await store.put(text('kept'));
      failing(stub, retry.tries - 1, fail);
      expect(await store.get(hash, 1000)).toEqual(text('kept'));
    }),
  );

  it('gives up after a bounded number of tries', () =>
    withStub(async (stub, store) => {
      failing(stub, Infinity, (response) => refuse(response, 503, 'SlowDown'));
      stub.requests.length = 0;
      await expect(store.put(text('a'))).rejects.toThrow(
        's3://bucket/a/b: the server refused a request (SlowDown',
      );
      expect(stub.requests).toHaveLength(retry.tries);
      failing(stub, Infinity, (response) => response.destroy());
      await expect(store.getNamed('a', 10)).rejects.toThrow(
        /the server cannot be reached \(\w+\); check the network/,
      );
    }));

  it.each<readonly [string, number, string, string]>([
    ['a bucket that is gone', 404, 'NoSuchBucket', 'its bucket does not exist'],
    ['a full disk', 507, 'XMinioStorageFull', 'has no space left'],
    ['a quota', 403, 'QuotaExceeded', 'has no space left'],
    ['missing rights', 403, 'AccessDenied', 'access is denied'],
    ['expired credentials', 400, 'ExpiredToken', 'the credentials expired'],
    ['a wrong clock', 403, 'RequestTimeTooSkewed', 'the clock of this machine is wrong'],
  ])('says %s in one line, at once', (_, status, code, message) =>
    withStub(async (stub, store) => {
      stub.intercept = (__, response) => (refuse(response, status, code), true);
      stub.requests.length = 0;
      const refusal = await store.put(text('a')).catch(String);
      expect(refusal).toContain(`s3://bucket/a/b: ${message} (${code}, status ${status})`);
      expect(refusal).not.toContain('\n');
      expect(stub.requests).toHaveLength(1);
      await expect(store.getNamed('a', 10)).rejects.toThrow(message);
    }),
  );

  it('says which region a bucket is in', () =>
    withStub(async (stub, store) => {
      stub.intercept = (_, response) => {
        response.writeHead(301, { 'x-amz-bucket-region': 'us-west-2' }).end();
        return true;
      };
      await expect(store.put(text('a'))).rejects.toThrow('set AWS_REGION=us-west-2');
    }));

  it('reads no more than the limit of an answer that declares no length', () =>
    withStub(async (stub, store) => {
      stub.intercept = (_, response) => {
        response.writeHead(200);
        const more = (): void => {
          while (!response.destroyed && response.write(new Uint8Array(1 << 16)));
          if (!response.destroyed) response.once('drain', more);
        };
        more();
        return true;
      };
      await expect(store.get(sha256('a'), 100_000)).rejects.toThrow('more than 100000 bytes, at most 100000');
    }));

  it('refuses wrong credentials when it is opened, and tells neither key nor token', async () => {
    const stub = await s3Stub('a-session-token');
    for (const wrong of [
      { AWS_SECRET_ACCESS_KEY: 'hidden-secret' },
      { AWS_ACCESS_KEY_ID: 'hidden-id' },
      { AWS_SESSION_TOKEN: 'hidden-token' },
    ]) {
      const environment = { ...stub.environment, ...wrong };
      const refusal = await openS3Store('s3://bucket', { environment, retry }).catch(String);
      expect(refusal).toContain('the credentials are not accepted');
      for (const value of [...Object.values(wrong), stub.keys.secret, 'a-session-token']) {
        expect(refusal).not.toContain(value);
      }
    }
    const environment = { ...stub.environment, AWS_ACCESS_KEY_ID: '' };
    await expect(openS3Store('s3://bucket', { environment, retry })).rejects.toThrow(
      'no credentials were found',
    );
    await stub.close();
  });

  it.each(['s3://', 's3://b/../c', 's3://bucket/a//b', 's3://bucket/ä', 's3://bucket/a?b', 's3://bucket/.'])(
    'refuses the address %s',
    (where) => expect(openS3Store(where, { environment: {} })).rejects.toThrow('must be s3://BUCKET/PREFIX'),
  );

  it('refuses credentials in an address, and does not repeat them', async () => {
    const refusal = await openS3Store('s3://id:hidden@bucket', { environment: {} }).catch(String);
    expect(refusal).toContain('an address holds no credentials');
    expect(refusal).not.toContain('hidden');
    const environment = { AWS_ENDPOINT_URL: 'http://id:hidden@host' };
    const other = await openS3Store('s3://bucket', { environment }).catch(String);
    expect(other).toContain('AWS_ENDPOINT_URL: must be an address');
    expect(other).not.toContain('hidden');
  });
});

describe('credentials for S3', () => {
  const none = { AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nonexistent' };

  it('come from the environment before a profile of the shared file', async () => {
    const home = temporaryFolder();
    mkdirSync(join(home, '.aws'));
    writeFileSync(
      join(home, '.aws', 'credentials'),
      '[default]\naws_access_key_id = D\naws_secret_access_key=DS\n\n[lab]\naws_access_key_id=L\n' +
        'aws_secret_access_key = LS\naws_session_token = LT\n',
    );
    const environment = { ...none, HOME: home };
    expect(await credentialsFrom(environment)()).toEqual({ accessKeyId: 'D', secretAccessKey: 'DS' });
    expect(await credentialsFrom({ ...environment, AWS_PROFILE: 'lab' })()).toEqual({
      accessKeyId: 'L',
      secretAccessKey: 'LS',
      sessionToken: 'LT',
    });
    const given = { ...environment, AWS_ACCESS_KEY_ID: 'E', AWS_SECRET_ACCESS_KEY: 'ES' };
    expect(await credentialsFrom(given)()).toEqual({ accessKeyId: 'E', secretAccessKey: 'ES' });
  });

  it('of a container or an instance are asked for again before they expire', async () => {
    let asked = 0;
    let lifetime = 60_000;
    const server = createServer((request, response) => {
      const { url = '', headers } = request;
      if (url === '/latest/api/token') return response.end('metadata-token');
      const allowed =
        headers.authorization === 'Bearer x' || headers['x-aws-ec2-metadata-token'] === 'metadata-token';
      if (!allowed) return response.writeHead(401).end();
      if (url === '/latest/meta-data/iam/security-credentials/') return response.end('role');
      const Expiration = new Date(Date.now() + lifetime).toISOString();
      return response.end(
        JSON.stringify({ AccessKeyId: `${url}#${++asked}`, SecretAccessKey: 'S', Token: 'T', Expiration }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const container = credentialsFrom({
      ...none,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${base}/role`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'Bearer x',
    });
    expect(await container()).toMatchObject({ accessKeyId: '/role#1', sessionToken: 'T' });
    lifetime = 3_600_000;
    expect(await container()).toMatchObject({ accessKeyId: '/role#2' });
    expect(await container()).toMatchObject({ accessKeyId: '/role#2' });
    const instance = credentialsFrom({ HOME: none.HOME, AWS_EC2_METADATA_SERVICE_ENDPOINT: base });
    expect(await instance()).toMatchObject({
      accessKeyId: '/latest/meta-data/iam/security-credentials/role#3',
    });
    await new Promise((resolve) => server.close(resolve));
  });
});
