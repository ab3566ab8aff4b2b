/**
 * The dashboard's page as one piece of HTML: its script and its style sheet inline, allowed by their hashes and nothing else.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../core/errors.js';

export interface PageBundle {
  readonly scripts: readonly string[];
  readonly styles: readonly string[];
}

/** Reads the built page. Throws a `UserError` where it was not built. */
export function readPageBundle(folder = fileURLToPath(new URL('../page/', import.meta.url))): PageBundle {
  const index = join(folder, 'index.html');
  if (!existsSync(index)) {
    throw new UserError({
      subject: index,
      problem: "the dashboard's page is missing",
      fix: 'run npm run build, or install voxolve again',
    });
  }
  const html = readFileSync(index, 'utf8');
  const named = (pattern: RegExp): string[] =>
    [...html.matchAll(pattern)].map(([, path = '']) => readFileSync(join(folder, path), 'utf8'));
  return {
    scripts: named(/<script[^>]* src="\.\/([\w./-]+)"/g).map(closedScript),
    styles: named(/<link rel="stylesheet"[^>]* href="\.\/([\w./-]+)"/g).map((css) =>
      css.replace(/<\/style/gi, '<\\/style'),
    ),
  };
}

/** The same program, without what would end its element or begin a comment. */
function closedScript(code: string): string {
  return code.replace(/<\/script/gi, '<\\/script').replace(/<!--/g, '<\\!--');
}

/** Content-Security-Policy of the file: the given scripts and styles, pictures that it holds itself, and no request at all. */
export function policyOf(scripts: readonly string[], styles: readonly string[]): string {
  const hashes = (texts: readonly string[]): string =>
    texts.length === 0 ? "'none'" : texts.map((text) => `'sha256-${base64Hash(text)}'`).join(' ');
  return [
    "default-src 'none'",
    `script-src ${hashes(scripts)}`,
    `style-src ${hashes(styles)}`,
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function base64Hash(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
