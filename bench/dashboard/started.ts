/** `voxolve dashboard` as a process of its own, and a browser to look at it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright-core';

export const voxolve = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

interface StartedDashboard {
  /** With the token. */
  readonly url: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

export async function startDashboard(database: string): Promise<StartedDashboard> {
  const server = spawn(process.execPath, [voxolve, 'dashboard', database, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(server.stdout, 'data')) as [Buffer];
  const { url } = JSON.parse(line.toString()) as { readonly url: string };
  const stop = async (): Promise<void> => {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  };
  return { url, pid: server.pid ?? 0, stop };
}

/** Headless Chromium: `VOXOLVE_CHROMIUM`, or Debian's. */
export function startBrowser(): Promise<Browser> {
  const executablePath = process.env['VOXOLVE_CHROMIUM'] ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}
