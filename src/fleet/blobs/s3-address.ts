/**
 * Where an S3 store is: bucket and prefix from `s3://BUCKET/PREFIX`, the server from the environment that all clients of S3
 * share. Buckets are named in paths (`https://HOST/BUCKET/KEY`), which Amazon, MinIO, Ceph, R2 and others take.
 */
import { UserError } from '../../core/errors.js';
import { withoutCredentials } from '../../core/without-credentials.js';

export interface S3Address {
  /** For messages: without credentials. */
  readonly name: string;
  /** Server, bucket and prefix; ends with a slash. */
  readonly url: string;
  /** Server and bucket, for listings. */
  readonly bucketUrl: string;
  /** Beginning of all keys: empty, or ends with a slash. */
  readonly prefix: string;
  readonly region: string;
}

const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/;
const SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/;

/** @param where `s3://BUCKET` or `s3://BUCKET/PREFIX` */
export function s3Address(where: string, environment: NodeJS.ProcessEnv): S3Address {
  const name = withoutCredentials(where).replace(/\/+$/, '');
  if (name !== where.replace(/\/+$/, '')) {
    throw new UserError({
      subject: `--blobs ${name}`,
      problem: 'an address holds no credentials: they would appear in process lists',
      fix: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use a profile',
    });
  }
  const [bucket = '', ...segments] = name.slice('s3://'.length).split('/');
  if (!BUCKET.test(bucket) || !segments.every((segment) => SEGMENT.test(segment)) || name.length > 400) {
    throw new UserError({
      subject: `--blobs ${name}`,
      problem: 'must be s3://BUCKET/PREFIX, of letters, digits, ".", "_" and "-"',
      fix: 'correct the address',
    });
  }
  const region = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  const bucketUrl = `${endpointOf(environment, region)}/${bucket}`;
  const prefix = segments.map((segment) => `${segment}/`).join('');
  return { name, region, prefix, bucketUrl, url: `${bucketUrl}/${prefix}` };
}

function endpointOf(environment: NodeJS.ProcessEnv, region: string): string {
  const variable = environment['AWS_ENDPOINT_URL_S3'] ? 'AWS_ENDPOINT_URL_S3' : 'AWS_ENDPOINT_URL';
  const given = environment[variable];
  if (given === undefined || given === '') {
    if (/^[a-z0-9-]{1,40}$/.test(region)) return `https://s3.${region}.amazonaws.com`;
    throw new UserError({ subject: 'AWS_REGION', problem: `is no region: "${region}"`, fix: 'correct it' });
  }
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const plain = url !== undefined && url.username === '' && url.password === '' && url.search === '';
  if (plain && /^https?:$/.test(url.protocol)) return url.href.replace(/\/+$/, '');
  throw new UserError({
    subject: variable,
    problem: `must be an address such as https://HOST:PORT without credentials, got ${withoutCredentials(given)}`,
    fix: 'correct it',
  });
}
