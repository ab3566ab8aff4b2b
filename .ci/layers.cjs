/**
 * The layering table: what each folder may import. See docs/decisions.md; dependency-cruiser checks it.
 */
const layers = {
  'src/core': [],
  'src/ir': ['src/core'],
  'src/autodiff': ['src/core', 'src/ir'],
  'src/nn': ['src/core', 'src/ir'],
  'src/engines': ['src/core', 'src/ir', 'src/autodiff'],
  'src/scans': ['src/core'],
  'src/search': ['src/core'],
  'src/store': ['src/core'],
  'src/tasks': ['src/core', 'src/ir', 'src/nn', 'src/scans'],
  'src/pretrain': [
    'src/core',
    'src/ir',
    'src/autodiff',
    'src/nn',
    'src/scans',
    'src/tasks',
    'src/engines/engine.ts',
  ],
  'src/experiment': [
    'src/core',
    'src/ir',
    'src/nn',
    'src/scans',
    'src/search',
    'src/tasks',
    'src/pretrain',
    'src/engines/engine.ts',
    'src/index.ts',
    'search-spaces',
    'proxy-tasks',
  ],
  'src/probes': ['src/core', 'src/ir', 'src/nn', 'src/scans', 'src/tasks', 'src/engines/engine.ts'],
  'src/audit': [
    'src/core',
    'src/ir',
    'src/nn',
    'src/scans',
    'src/tasks',
    'src/pretrain',
    'src/probes',
    'src/engines/engine.ts',
  ],
  'src/workers': [
    'src/core',
    'src/engines',
    'src/experiment',
    'src/nn',
    'src/pretrain',
    'src/probes',
    'src/scans',
    'src/search',
    'src/tasks',
  ],
  'src/study': ['src/core', 'src/search', 'src/store', 'src/workers'],
  'src/export': ['src/core', 'src/ir', 'src/nn', 'src/store'],
  'src/calibration': [
    'src/core',
    'src/engines',
    'src/experiment',
    'src/ir',
    'src/nn',
    'src/pretrain',
    'src/scans',
    'src/search',
    'src/workers',
    'search-spaces',
    // until no measurement prints
    'src/cli',
  ],
  'src/api': [
    'src/core',
    'src/ir',
    'src/nn',
    'src/engines',
    'src/scans',
    'src/search',
    'src/store',
    'src/tasks',
    'src/pretrain',
    'src/experiment',
    'src/probes',
    'src/audit',
    'src/workers',
    'src/study',
    'src/export',
    'src/calibration',
    'search-spaces',
    'proxy-tasks',
    // until no use case prints
    'src/cli',
  ],
  // Scripts that measure; nothing imports them.
  bench: ['src', 'search-spaces', 'proxy-tasks'],
  'search-spaces': ['src/core', 'src/ir', 'src/nn', 'src/search'],
  'proxy-tasks': ['src/core', 'src/ir', 'src/nn', 'src/scans', 'src/tasks'],
};

/** Packages that only one folder may use. */
const reserved = {
  yargs: '^src/cli/',
  piscina: '^src/workers/',
  'better-sqlite3': '^src/store/',
  'onnxruntime-node': '^src/engines/onnx/',
  '@tensorflow/[^/]+': '^src/engines/tfjs/',
  '@itk-wasm/[^/]+': '^src/scans/',
};

/** A pattern for everything below a folder, or for one file. */
function below(path) {
  return path.endsWith('.ts') ? `^${path.replace('.', '\\.')}$` : `^${path}/`;
}

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^@itk-wasm/' },
    },
    ...Object.entries(layers).map(([folder, allowed]) => ({
      name: `layer ${folder}`,
      severity: 'error',
      from: { path: below(folder) },
      to: {
        path: '^(src|search-spaces|proxy-tasks|bench|test)/',
        pathNot: [folder, ...allowed].map(below),
      },
    })),
    ...Object.entries(reserved).map(([name, home]) => ({
      name: `only one home for ${name}`,
      severity: 'error',
      from: { path: '^(src|search-spaces|proxy-tasks|bench)/', pathNot: home },
      to: { path: `node_modules/${name}/` },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
