/**
 * The files of the built page, read once at start: no path of a request reaches the disk.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { entryOf } from '../../core/entry-of.js';
import { etagOf, type Answer } from './answer.js';

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
} as const;

const NOT_BUILT = '<!doctype html><title>voxolve</title><p>The page was not built: run npm run build.</p>\n';

/** Answers by path: `/` and all that lies in `assets`. */
export function pageFiles(folder: string): ReadonlyMap<string, Answer> {
  const assets = readOr([], () => readdirSync(join(folder, 'assets')));
  const paths = ['index.html', ...assets.map((name) => `assets/${name}`)];
  const found = paths.flatMap((path) => {
    const type = entryOf(TYPES, extname(path));
    const bytes = readOr(null, () => readFileSync(join(folder, path)));
    if (type === undefined || bytes === null) return [];
    return [[path === 'index.html' ? '/' : `/${path}`, fileAnswer(200, type, bytes)] as const];
  });
  return new Map([['/', fileAnswer(503, TYPES['.html'], Buffer.from(NOT_BUILT))], ...found]);
}

/** Names of assets hold a hash of what is in them. */
export function fileHeaders(path: string): Readonly<Record<string, string>> {
  return { 'cache-control': path === '/' ? 'no-cache' : 'public, max-age=31536000, immutable' };
}

function fileAnswer(status: number, type: string, bytes: Buffer): Answer {
  return { status, type, body: gzipSync(bytes), zipped: true, etag: etagOf(bytes) };
}

function readOr<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return otherwise;
    throw error;
  }
}
