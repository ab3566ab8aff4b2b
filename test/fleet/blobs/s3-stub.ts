/**
 * A small S3 server for tests: one bucket in memory, listings in pages, and each request's signature checked by a computation
 * of its own (AWS General Reference, "Signature Version 4 signing process").
 */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface S3Stub {
  readonly environment: NodeJS.ProcessEnv;
  readonly bucket: string;
  readonly objects: Map<string, Uint8Array>;
  /** `METHOD PATH` of each request, in order. */
  readonly requests: string[];
  /** Handles a request in place of the server where it returns true. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  readonly keys: { id: string; secret: string; token: string | undefined };
  close(): Promise<void>;
}

const PAGE = 10;

export async function s3Stub(token?: string): Promise<S3Stub> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const keys = { id: 'AKIATEST', secret: 'a/secret+key', token };
  const stub: S3Stub = {
    environment: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: keys.id,
      AWS_SECRET_ACCESS_KEY: keys.secret,
      ...(token === undefined ? {} : { AWS_SESSION_TOKEN: token }),
      AWS_REGION: 'eu-test-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      HOME: '/nonexistent',
    },
    bucket: 'bucket',
    objects: new Map(),
    requests: [],
    intercept: undefined,
    keys,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void answer(stub, request, response);
  });
  return stub;
}

async function answer(stub: S3Stub, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const url = new URL(request.url ?? '', 'http://stub');
  stub.requests.push(`${request.method} ${url.pathname}`);
  if (stub.intercept?.(request, response) === true) return;
  const problem = signatureProblem(stub, request, url, body);
  if (problem !== undefined) return refuse(response, 403, problem);
  const [, bucket, ...rest] = url.pathname.split('/');
  if (bucket !== stub.bucket) return refuse(response, 404, 'NoSuchBucket');
  const key = decodeURIComponent(rest.join('/'));
  if (key === '' && url.searchParams.get('list-type') === '2') return list(stub, url, response);
  const found = stub.objects.get(key);
  if (request.method === 'PUT') {
    stub.objects.set(key, new Uint8Array(body));
    response.writeHead(200, { etag: etagOf(body) }).end();
  } else if (request.method === 'DELETE') {
    stub.objects.delete(key);
    response.writeHead(204).end();
  } else if (found === undefined) refuse(response, 404, 'NoSuchKey');
  else {
    response.writeHead(200, { 'content-length': found.length, etag: etagOf(found) });
    response.end(request.method === 'HEAD' ? undefined : found);
  }
}

const etagOf = (bytes: Uint8Array): string => `"${createHash('md5').update(bytes).digest('hex')}"`;

export function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`);
}

function list(stub: S3Stub, url: URL, response: ServerResponse): void {
  const prefix = url.searchParams.get('prefix') ?? '';
  const after = url.searchParams.get('continuation-token') ?? '';
  const most = Math.min(PAGE, Number(url.searchParams.get('max-keys') ?? PAGE));
  const keys = [...stub.objects.keys()].filter((key) => key.startsWith(prefix) && `<${key}` > after).sort();
  const page = keys.slice(0, most);
  const more = keys.length > page.length;
  // A token with a character that XML and addresses escape.
  const next = `<NextContinuationToken>&lt;${page.at(-1) ?? ''}</NextContinuationToken>`;
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${more ? next : ''}` +
      `${page.map((key) => `<Contents><Key>${encodeURIComponent(key)}</Key></Contents>`).join('')}</ListBucketResult>`,
  );
}

function signatureProblem(
  stub: S3Stub,
  request: IncomingMessage,
  url: URL,
  body: Buffer,
): string | undefined {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (match === null) return 'AccessDenied';
  const [, id = '', day = '', region = '', signedHeaders = '', signature = ''] = match;
  if (id !== stub.keys.id) return 'InvalidAccessKeyId';
  if (request.headers['x-amz-security-token'] !== stub.keys.token) return 'InvalidToken';
  const names = signedHeaders.split(';');
  for (const needed of ['host', 'x-amz-date', 'x-amz-content-sha256']) {
    if (!names.includes(needed)) return 'AccessDenied';
  }
  if (stub.keys.token !== undefined && !names.includes('x-amz-security-token')) return 'AccessDenied';
  const hash = createHash('sha256').update(body).digest('hex');
  if (request.headers['x-amz-content-sha256'] !== hash) return 'XAmzContentSHA256Mismatch';
  const query = [...url.searchParams]
    .map(([key, value]) => `${encode(key)}=${encode(value)}`)
    .sort()
    .join('&');
  const canonical = [
    request.method,
    url.pathname
      .split('/')
      .map((part) => encode(decodeURIComponent(part)))
      .join('/'),
    query,
    ...names.map((name) => `${name}:${String(request.headers[name]).trim()}`),
    '',
    signedHeaders,
    hash,
  ].join('\n');
  const date = String(request.headers['x-amz-date']);
  if (!date.startsWith(day)) return 'AccessDenied';
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')].join(
    '\n',
  );
  const hmac = (key: string | Buffer, data: string): Buffer =>
    createHmac('sha256', key).update(data).digest();
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${stub.keys.secret}`);
  return hmac(key, text).toString('hex') === signature ? undefined : 'SignatureDoesNotMatch';
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
