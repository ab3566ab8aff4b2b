/**
 * `npm run pack:gpu [-- FILE.tar.xz]`: all that `check:gpu` needs on a bare machine, in one file of less than 64 MiB: Node's
 * binary, the built project, its production packages as they are installed here, without what this platform does not load.
 * For machines of the same platform as this one.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = resolve(process.argv[2] ?? 'voxolve-gpu-check.tar.xz');
const MIB = 2 ** 20;
const MOST = 64 * MIB;
/** A Node that brings its own libraries is larger than this; that of some distributions is a few KiB. */
const LEAST_NODE = 40 * MIB;

const own = `${process.platform}/${process.arch}`;

/** What is left out, as paths below the package that they belong to, with slashes. */
const left = [
  { packages: /./, paths: /\.(map|md|markdown|d\.ts|d\.cts|d\.mts|tsbuildinfo)$/ },
  // ONNX Runtime for other platforms, and its providers for CUDA and TensorRT, where they were downloaded.
  {
    packages: /^onnxruntime-node$/,
    paths: new RegExp(`^bin/[^/]+/(?!${own}/)[^/]+/[^/]+/|providers_(cuda|tensorrt)`),
  },
  // SQLite's sources and what the compiler left; binaries for other platforms.
  {
    packages: /^better-sqlite3/,
    paths:
      /^(deps|src)\/|^build\/(?!Release\/better_sqlite3\.node$)[^/]+$|^build\/(?!Release\/)[^/]+\/|^build\/Release\/(?!better_sqlite3\.node$)/,
  },
];

function fail(problem) {
  process.stderr.write(`pack:gpu: ${problem}\n`);
  process.exit(1);
}

/** Folders of packages that are not for development only and are installed. */
function productionPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path, entry]) => path !== '' && !entry.dev && existsSync(join(root, path)))
    .map(([path]) => path);
}

/** Copies a package without the packages within it, which are listed by themselves. */
function copyPackage(path, folder) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const from = join(root, path);
  const leaveOut = left.filter(({ packages }) => packages.test(name));
  cpSync(from, join(folder, path), {
    recursive: true,
    filter: (source) => {
      const inner = relative(from, source).split(sep).join('/');
      if (inner === 'node_modules') return false;
      return statSync(source).isDirectory() || !leaveOut.some(({ paths }) => paths.test(inner));
    },
  });
}

function copyTree(path, folder, keep) {
  cpSync(join(root, path), join(folder, path), {
    recursive: true,
    filter: (source) => statSync(source).isDirectory() || keep.test(source),
  });
}

const START = `#!/bin/sh
# Runs check:gpu with the Node that lies beside it.
exec "$(dirname "$0")/bin/node" "$(dirname "$0")/dist/bench/gpu/check.js" "$@"
`;

if (!existsSync(join(root, 'dist/bench/gpu/check.js'))) fail('dist is missing: run npm run build first');
const node = realpathSync(process.execPath);
if (statSync(node).size < LEAST_NODE)
  fail(`${node} is linked against libraries of this system: run it with a Node from nodejs.org`);

const folder = mkdtempSync(join(tmpdir(), 'voxolve-pack-'));
try {
  for (const path of productionPackages()) copyPackage(path, folder);
  copyTree('dist', folder, /(?<!\.d)\.(js|json)$/);
  rmSync(join(folder, 'dist/api'), { recursive: true, force: true });
  copyTree('experiments', folder, /\.json$/);
  copyTree('python', folder, /\.py$/);
  copyTree('proxy-tasks', folder, /\.py$/);
  for (const path of ['package.json', 'LICENSE', 'bench/search/peer.py']) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(join(root, path), join(folder, path));
  }
  mkdirSync(join(folder, 'bin'));
  copyFileSync(node, join(folder, 'bin/node'));
  writeFileSync(join(folder, 'check-gpu'), START);
  for (const path of ['bin/node', 'check-gpu']) chmodSync(join(folder, path), 0o755);
  rmSync(target, { force: true });
  execFileSync('tar', ['--create', '--xz', `--file=${target}`, `--directory=${folder}`, '.'], {
    stdio: 'inherit',
    env: { ...process.env, XZ_OPT: '-6 -T0' },
  });
  const { size } = statSync(target);
  process.stdout.write(`${target}: ${(size / MIB).toFixed(1)} MiB (at most ${MOST / MIB}) for ${own}\n`);
  if (size > MOST) {
    rmSync(target);
    fail('the file would be too large, and was removed');
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
