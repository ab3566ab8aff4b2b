import { defineConfig } from 'vitest/config';

/** One process: sessions on webgpu in several threads of one process take it down. */
export default defineConfig({
  test: { include: ['test/webgpu/**/*.test.ts'], testTimeout: 60_000, pool: 'forks', maxWorkers: 1 },
});
