/** The version of the package that this code belongs to. */
import { readFileSync } from 'node:fs';
import { packageFile } from './package-files.js';

const manifest = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as {
  readonly version: string;
};

export const { version } = manifest;
