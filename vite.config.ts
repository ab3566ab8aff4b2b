/**
 * The page that `voxolve dashboard` serves: one script and one style sheet, with hashed names, nothing inline, since the
 * server's Content-Security-Policy allows neither inline scripts nor inline styles.
 */
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'src/dashboard/page',
  base: './',
  build: {
    outDir: '../../../dist/src/dashboard/page',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: 'third-party-licenses.md' },
    rolldownOptions: { output: { codeSplitting: false } },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
