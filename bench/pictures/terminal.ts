/**
 * Runs a command in a pseudo terminal and reads its screen as a person would see it: `script` (of util-linux) gives the
 * terminal, xterm without a window interprets what is written to it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import xterm from '@xterm/headless';

export interface TerminalOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly columns: number;
  readonly rows: number;
  /** Called with the screen after every piece of output. */
  readonly onScreen?: (lines: readonly string[]) => void;
}

/** Runs a command and returns its final screen; throws if the command fails. */
export async function runInTerminal(command: string, options: TerminalOptions): Promise<string[]> {
  const { cwd, env, columns, rows, onScreen } = options;
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const sized = `stty cols ${columns} rows ${rows}; ${command}`;
  const child = spawn('script', ['-qefc', sized, '/dev/null'], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.on('data', (bytes: Buffer) => terminal.write(bytes, () => onScreen?.(screenOf(terminal))));
  const [code] = (await once(child, 'close')) as [number | null];
  await new Promise<void>((resolve) => terminal.write('', resolve));
  const screen = screenOf(terminal);
  if (code !== 0) throw new Error(`${command}: exit code ${code}\n${screen.join('\n')}`);
  return screen;
}

/** Lines of a screen, without empty ones at its end. */
function screenOf(terminal: xterm.Terminal): string[] {
  const { active } = terminal.buffer;
  const lines = Array.from(
    { length: active.length },
    (_, y) => active.getLine(y)?.translateToString(true) ?? '',
  );
  while (lines.at(-1) === '') lines.pop();
  return lines;
}
