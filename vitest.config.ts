/**
 * Tests, in two projects that run beside each other. A process for each file costs half a second, which most files of
 * pure functions do not take themselves: these share processes, after the longer ones, which have one each. What takes still
 * longer is named `*.long.test.ts` and runs by `npm run test:long`.
 */
import { defineConfig } from 'vitest/config';

/** What neither alters the environment of its process nor leaves anything running in it. */
const shared = [
  'test/{autodiff,core,downstream,ir,metrics,nn,probes,proxy-tasks,search,search-spaces,store,tasks}/**/*.test.ts',
  'test/scans/{folder,preprocess,sampling,phantoms,altered}/**/*.test.ts',
  'test/scans/formats/**/!(video).test.ts',
  'test/scans/*.test.ts',
  'test/{api/reporting,cli/views}/*.test.ts',
];
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: ['test/**/*.test.ts'],
          exclude: ['test/webgpu/**', 'test/**/*.long.test.ts', ...shared],
        },
      },
      { extends: true, test: { name: 'shared', include: shared, isolate: false } },
    ],
  },
});
