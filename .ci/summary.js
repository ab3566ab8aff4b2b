/**
 * What vitest's JSON report says: the slowest ten files, then the line that counts. Fails where a test failed, or none
 * passed.
 */
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

const path = process.argv[2] ?? '';
const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
if (text === '') {
  console.error('vitest left no report');
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const { numPassedTests, numFailedTests, numPendingTests, success, testResults } = JSON.parse(text);

const files = testResults
  .map(({ name, startTime, endTime }) => ({ name, seconds: (endTime - startTime) / 1000 }))
  .sort((a, b) => b.seconds - a.seconds);
console.log('the slowest test files:');
for (const { name, seconds } of files.slice(0, 10)) {
  console.log(`${seconds.toFixed(1).padStart(7)} s  ${relative(process.cwd(), name)}`);
}

// A file that cannot be loaded, or an error outside of tests, fails no test.
const failed = numFailedTests + (success === false && numFailedTests === 0 ? 1 : 0);
const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
console.log(`${numPassedTests} passed, ${failed} failed${skipped}`);
process.exitCode = failed > 0 || numPassedTests === 0 ? 1 : 0;
