/** `.npmrc` keeps onnxruntime-node's download away, by keys that npm knows. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
const [, options = ''] = /^node-options=(.*)$/m.exec(readFileSync(`${root}.npmrc`, 'utf8')) ?? [];

/** What a script of npm's sees of the variable that the download listens to. */
async function seen(env: Record<string, string>): Promise<string> {
  const NODE_OPTIONS = options.replace('${NODE_OPTIONS?}', env['NODE_OPTIONS'] ?? '');
  const script =
    'console.log(process.env.ONNXRUNTIME_NODE_INSTALL, process.execArgv.length, process.env.NODE_OPTIONS)';
  const { stdout } = await run(process.execPath, ['-e', script], { env: { ...env, NODE_OPTIONS } });
  return stdout;
}

describe('.npmrc', () => {
  it('makes no npm command warn', async () => {
    const { stderr } = await run('npm', ['pkg', 'get', 'name'], { cwd: root });
    expect(stderr).not.toMatch(/warn/i);
  });

  it('says skip to the script, unless the user says otherwise', async () => {
    expect(await seen({})).toMatch(/^skip /);
    expect(await seen({ ONNXRUNTIME_NODE_INSTALL: 'cuda12' })).toMatch(/^cuda12 /);
  });

  it('keeps the options that Node is given', async () => {
    expect(await seen({ NODE_OPTIONS: '--max-old-space-size=512' })).toMatch(/--max-old-space-size=512/);
  });
});
