/**
 * A queue behind TLS: a search over it, and what is said where its certificate is not trusted.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, noRedis, TestRedis } from '../../bench/fleet/redis-server.js';
import { startVoxolve, succeed, voxolve, type Running } from '../support/cli.js';
import { smallSpace, temporaryFolder, writeExperiment } from '../support/tiny.js';

const folder = temporaryFolder();
const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
const noOpenssl =
  spawnSync('openssl', ['version']).status === 0 ? undefined : 'skipped: no openssl is installed';
const reason = noRedis ?? noOpenssl;
if (reason !== undefined) console.log(`a queue behind TLS: ${reason}`);

/** Self-signed, for localhost. */
function makeCertificate(): void {
  const made = ['-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const { status, stderr } = spawnSync('openssl', ['req', '-x509', '-days', '2', ...made, ...names]);
  if (status !== 0) throw new Error(`openssl made no certificate: ${stderr.toString()}`);
}

describe.skipIf(reason !== undefined)('a queue behind TLS', { timeout: 90_000 }, () => {
  let redis: TestRedis;
  let url: string;
  let worker: Running | undefined;

  beforeAll(async () => {
    makeCertificate();
    const port = await freePort();
    url = `rediss://localhost:${port}`;
    const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-auth-clients', 'no'];
    redis = await TestRedis.start(folder, ['--tls-port', String(port), ...files]);
  });
  afterAll(async () => {
    worker?.child.kill('SIGKILL');
    await redis.kill();
  });

  it('carries a search where its certificate is trusted', async () => {
    const env = { VOXOLVE_CACHE: join(folder, 'cache'), NODE_EXTRA_CA_CERTS: certificate };
    const queue = ['--queue', url, '--blobs', join(folder, 'blobs')];
    const experiment = writeExperiment(folder, { space: smallSpace, candidates: 2 });
    worker = startVoxolve(['worker', ...queue, '--slots', '1', '--once'], env);
    await succeed(['search', experiment, '--db', join(folder, 's.db'), ...queue], env);
    expect((await worker.finished).code).toBe(0);
  });

  it('is refused in one line where its certificate is not', async () => {
    const { code, stderr } = await voxolve(['fleet', '--queue', url]);
    expect(code).not.toBe(0);
    expect(stderr.trim()).toMatch(/^.*localhost:\d+.*self.signed certificate.*$/);
  });
});
