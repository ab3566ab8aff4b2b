/** Debian's or anybody's ffmpeg, which tests write clips with; voxolve itself does not need it. */
import { execFileSync, spawnSync } from 'node:child_process';

export const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;

/** Put into the title of tests that are skipped without it. */
export const needsFfmpeg = hasFfmpeg ? '' : '(needs ffmpeg)';

/** Writes a clip from a test picture of ffmpeg's own. */
export function writeClip(path: string, ...options: readonly string[]): string {
  const source = ['-f', 'lavfi', '-i', 'testsrc=size=96x64:rate=12:duration=1.5'];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...source, ...options, path], { stdio: 'pipe' });
  return path;
}
