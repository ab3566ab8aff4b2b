/**
 * Machines of a search over a queue, as processes of this one: workers that are started again whenever they die, as cluster
 * managers do, and a process that leads.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { packageFile } from '../../src/core/package-files.js';

const main = fileURLToPath(packageFile('dist/src/cli/main.js'));

export interface Process {
  readonly child: ChildProcess;
  /** What it said on standard error so far. */
  readonly said: () => string;
  readonly ended: Promise<number | null>;
}

/** `through`: a command that runs it in another place, such as a network namespace. */
export function start(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  through: readonly string[] = [],
): Process {
  const [program = '', ...words] = [...through, process.execPath, main, ...args];
  const child = spawn(program, words, {
    env: { ...process.env, VOXOLVE_PYTHON: '', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr?.on('data', (more: Buffer) => (text += more.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  return { child, said: () => text, ended };
}

/** Workers that are always there. */
export class Workers {
  private readonly processes: (Process | undefined)[];
  private closed = false;
  started = 0;

  constructor(
    count: number,
    private readonly startOne: (name: string) => Process,
  ) {
    this.processes = Array.from({ length: count }, () => undefined);
    this.processes.forEach((_, place) => this.keep(place));
  }

  /** Kills one as a power cut does; another takes its place. */
  async kill(place: number): Promise<void> {
    const child = this.processes[place % this.processes.length]?.child;
    if (child === undefined || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Asks one to hand back what it does, as a cluster does that wants its machine; another takes its place. */
  preempt(place: number): void {
    this.processes[place % this.processes.length]?.child.kill('SIGTERM');
  }

  close(): void {
    this.closed = true;
    for (const process of this.processes) process?.child.kill('SIGKILL');
  }

  /** What the workers that live now have said. */
  said(): string {
    return this.processes.map((process) => process?.said() ?? '').join('\n');
  }

  private keep(place: number): void {
    if (this.closed) return;
    const process = this.startOne(`worker-${this.started++}`);
    this.processes[place] = process;
    void process.ended.then(() => this.keep(place));
  }
}
