/**
 * Credentials for S3 from where Amazon's own clients look, in their order: environment, shared file, container, instance.
 *
 * No message contains a key, a token or a line of the file. Temporary credentials are asked for again before they expire.
 * Source: AWS SDKs and Tools Reference Guide, "Standardized credential providers"; EC2 User Guide, "IMDSv2".
 */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../core/errors.js';

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Milliseconds since 1970; absent: they do not expire. */
  readonly expires?: number;
}

/** Milliseconds before expiry at which credentials are asked for again. */
const EARLY = 5 * 60 * 1000;
const TIMEOUT_MS = 3000;

/** Returns a function that gives valid credentials whenever it is called; it asks at most one provider at a time. */
export function credentialsFrom(environment: NodeJS.ProcessEnv): () => Promise<S3Credentials> {
  let known: Promise<S3Credentials> | undefined;
  let expires = Infinity;
  return async () => {
    if (known === undefined || Date.now() > expires - EARLY) {
      expires = Infinity;
      known = find(environment);
    }
    try {
      const found = await known;
      expires = found.expires ?? Infinity;
      return found;
    } catch (error) {
      known = undefined;
      throw error;
    }
  };
}

async function find(environment: NodeJS.ProcessEnv): Promise<S3Credentials> {
  const found =
    fromVariables(environment) ??
    (await fromFile(environment)) ??
    (await fromContainer(environment)) ??
    (await fromInstance(environment));
  if (found !== undefined) return found;
  throw new UserError({
    subject: 'S3',
    problem:
      'no credentials were found in the environment, in ~/.aws/credentials, or from the container or instance',
    fix: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN for temporary ones)',
  });
}

function fromVariables(environment: NodeJS.ProcessEnv): S3Credentials | undefined {
  return made(
    environment['AWS_ACCESS_KEY_ID'],
    environment['AWS_SECRET_ACCESS_KEY'],
    environment['AWS_SESSION_TOKEN'],
  );
}

/** Keys of a profile in the shared credentials file; other settings of profiles are not followed. */
async function fromFile(environment: NodeJS.ProcessEnv): Promise<S3Credentials | undefined> {
  const home = join(environment['HOME'] ?? homedir(), '.aws', 'credentials');
  const text = await readFile(environment['AWS_SHARED_CREDENTIALS_FILE'] ?? home, 'utf8').catch(() => '');
  const profile = environment['AWS_PROFILE'] ?? 'default';
  const values = new Map<string, string>();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    section = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line)?.[1] ?? section;
    const [, key = '', value = ''] = /^\s*(aws_[a-z_]+)\s*=\s*(\S*)/.exec(line) ?? [];
    if (section === profile && key !== '') values.set(key, value);
  }
  return made(
    values.get('aws_access_key_id'),
    values.get('aws_secret_access_key'),
    values.get('aws_session_token'),
  );
}

const Answer = z.object({
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  Token: z.string().optional(),
  Expiration: z.string().optional(),
});

/** ECS and EKS name a server in the environment. */
async function fromContainer(environment: NodeJS.ProcessEnv): Promise<S3Credentials | undefined> {
  const relative = environment['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'];
  const url = relative
    ? `http://169.254.170.2${relative}`
    : environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  if (url === undefined || url === '') return undefined;
  const file = environment['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];
  const token = file
    ? (await readFile(file, 'utf8').catch(() => '')).trim()
    : environment['AWS_CONTAINER_AUTHORIZATION_TOKEN'];
  return answered(await ask(url, token ? { headers: { authorization: token } } : {}));
}

/** An instance of EC2 asks its metadata service, with a session token (version 2). */
async function fromInstance(environment: NodeJS.ProcessEnv): Promise<S3Credentials | undefined> {
  if (environment['AWS_EC2_METADATA_DISABLED'] === 'true') return undefined;
  const base = environment['AWS_EC2_METADATA_SERVICE_ENDPOINT'] ?? 'http://169.254.169.254';
  const token = await ask(`${base}/latest/api/token`, {
    method: 'PUT',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '300' },
  });
  if (token === undefined) return undefined;
  const headers = { 'x-aws-ec2-metadata-token': token };
  const roles = `${base}/latest/meta-data/iam/security-credentials/`;
  const role = (await ask(roles, { headers }))?.split('\n')[0];
  return role === undefined ? undefined : answered(await ask(`${roles}${role}`, { headers }));
}

async function ask(url: string, init: RequestInit): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { ...init, signal, redirect: 'error' });
    const text = await response.text();
    return response.ok ? text : undefined;
  } catch {
    return undefined;
  }
}

function answered(text: string | undefined): S3Credentials | undefined {
  try {
    const { AccessKeyId, SecretAccessKey, Token, Expiration } = Answer.parse(JSON.parse(text ?? ''));
    return made(AccessKeyId, SecretAccessKey, Token, Expiration);
  } catch {
    return undefined;
  }
}

function made(
  accessKeyId: string | undefined,
  secretAccessKey: string | undefined,
  sessionToken?: string,
  expiration?: string,
): S3Credentials | undefined {
  if (!accessKeyId || !secretAccessKey) return undefined;
  const expires = expiration === undefined ? NaN : Date.parse(expiration);
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken ? { sessionToken } : {}),
    ...(Number.isNaN(expires) ? {} : { expires }),
  };
}
