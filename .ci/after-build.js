/** Makes the compiled command executable, as npm does only for installed packages. */
import { chmodSync } from 'node:fs';

chmodSync(new URL('../dist/src/cli/main.js', import.meta.url), 0o755);
