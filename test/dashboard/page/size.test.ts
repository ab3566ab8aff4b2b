/** What the page weighs, and that nothing in it is inline, which the server's Content-Security-Policy forbids. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const built = fileURLToPath(new URL('../../../dist/src/dashboard/page/', import.meta.url));
const LIMIT = 200_000;

it('the page weighs less than 200 kB as it is sent', () => {
  const sent = readdirSync(built, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.md'))
    .map((entry) => gzipSync(readFileSync(`${entry.parentPath}/${entry.name}`)).length);
  expect(sent.length).toBeGreaterThanOrEqual(3);
  expect(sent.reduce((sum, length) => sum + length, 0)).toBeLessThan(LIMIT);
});

it('its HTML holds no inline script, style or handler', () => {
  const html = readFileSync(`${built}/index.html`, 'utf8');
  expect(html).toMatch(/<script [^>]*src="\.\/assets\//);
  expect(html).not.toMatch(/<script(?![^>]*src=)[^>]*>|<style|style=|\son\w+=/);
});

it('the licences of what is bundled lie beside it', () => {
  const licences = readFileSync(`${built}/third-party-licenses.md`, 'utf8');
  for (const name of ['preact', 'uplot']) expect(licences.toLowerCase()).toContain(name);
  expect(licences).toContain('Permission is hereby granted');
});
