/**
 * Files that start workers elsewhere: their syntax, by the tools that read them, and that no secret is asked for in a place
 * that others can read.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

const files = readdirSync('deploy', { recursive: true, encoding: 'utf8' }).map((file) => `deploy/${file}`);
const manifests = files.filter((file) => file.endsWith('.yaml'));
const scripts = files.filter((file) => file.endsWith('.sbatch'));
const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0;

describe('files in deploy', () => {
  it.each(manifests)('%s is YAML', (file) => {
    const documents = parseAllDocuments(readFileSync(file, 'utf8'));
    expect(documents.length).toBeGreaterThan(0);
    for (const document of documents) expect(document.errors).toEqual([]);
  });

  it.each(scripts)('%s runs nothing when variables are missing, and says which', (file) => {
    const { status, stderr } = spawnSync('bash', [file], {
      env: { PATH: process.env['PATH'] ?? '', HOME: '/nowhere', VOXOLVE: 'false' },
      encoding: 'utf8',
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain('QUEUE: the queue');
  });

  it.each(scripts)('%s starts a worker with the queue, the blobs and a slot for each core', (file) => {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: '/h',
      VOXOLVE: 'echo',
      QUEUE: 'rediss://q',
      BLOBS: '/b',
    };
    const said = execFileSync('bash', [file], {
      env: { ...env, SLURM_CPUS_PER_TASK: '3' },
      encoding: 'utf8',
    });
    expect(said).toBe('worker --queue rediss://q --blobs /b --slots 3\n');
  });

  it.skipIf(!hasShellcheck).each(scripts)(
    'shellcheck finds nothing in %s (skipped where it is absent)',
    (file) => {
      const { stdout, status } = spawnSync('shellcheck', [file], { encoding: 'utf8' });
      expect(stdout).toBe('');
      expect(status).toBe(0);
    },
  );

  it('no command line in them holds a password', () => {
    for (const file of files.filter((name) => /\.(yaml|sbatch|Dockerfile)$/.test(name))) {
      const text = readFileSync(file, 'utf8');
      expect(text).not.toMatch(/--requirepass|-a "?\$|:\/\/[^\s/]*:[^\s/]*@/);
    }
  });
});
