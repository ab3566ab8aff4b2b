/**
 * A Python process that engine torch sends requests to, one after another.
 *
 * It runs `python/engine.py` and ends when this process does, since its standard input ends. Waiting for an answer keeps Node
 * alive; an idle process does not.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { packageFile } from '../../core/package-files.js';
import type { AnyTensor } from '../../core/tensor.js';
import { FrameReader, frameOf, type Header, type Reply } from './frames.js';
import { pythonMemory } from './python-memory.js';

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** Characters of what the process complains about that are kept. */
const KEPT = 4000;

export class PythonChild {
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #waiting: Waiting[] = [];
  #complaints = '';
  #ended: Error | undefined;

  /** The first reply, which comes unasked: what Python and PyTorch there are. */
  readonly greeting: Promise<Reply>;

  constructor(python: string, args: readonly string[]) {
    const script = fileURLToPath(packageFile('python/engine.py'));
    const settings = { PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' };
    const env = { ...process.env, ...settings, ...pythonMemory(process.env) };
    this.#process = spawn(python, [script, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const { stdin, stdout, stderr } = this.#process;
    const reader = new FrameReader((reply) => this.#answered(reply));
    stdout.on('data', (piece: Buffer) => reader.add(piece));
    stderr.on('data', (piece: Buffer) => {
      this.#complaints = (this.#complaints + piece.toString()).slice(-KEPT);
    });
    // A process that ended is told by its exit, not by the pipe that broke with it.
    stdin.on('error', () => undefined);
    this.#process.on('error', (error) => this.#end(error));
    this.#process.on('close', (code, signal) => {
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      this.#end(new Error(`the Python process of engine torch ended with ${how}${this.#lastComplaint()}`));
    });
    this.exited = new Promise((resolve) => this.#process.on('close', resolve));
    this.greeting = this.#awaited();
  }

  /** Its exit code; null where a signal ended it. */
  readonly exited: Promise<number | null>;

  /** What it printed besides its answers, the end of it. */
  get complaints(): string {
    return this.#complaints.trim();
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Rejects where the process says that something went wrong, or ends. */
  async request(header: Header, tensors: Readonly<Record<string, AnyTensor>> = {}): Promise<Reply> {
    if (this.#ended !== undefined) throw this.#ended;
    const reply = this.#awaited();
    for (const part of frameOf(header, tensors)) this.#process.stdin.write(part);
    const answer = await reply;
    const { error } = answer.header;
    if (typeof error === 'string') throw new Error(`PyTorch: ${error.split('\n')[0]}`);
    return answer;
  }

  /** Ends the process once it has answered what it was asked. */
  close(): void {
    this.#process.stdin.end();
  }

  /** Ends the process, whatever it does. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #awaited(): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#keepAlive(true);
    });
  }

  #answered(reply: Reply): void {
    const first = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#keepAlive(false);
    first?.resolve(reply);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#ended);
    this.#keepAlive(false);
  }

  #keepAlive(wanted: boolean): void {
    const { stdin, stdout, stderr } = this.#process;
    for (const handle of [this.#process, stdin as Socket, stdout as Socket, stderr as Socket]) {
      if (wanted) handle.ref();
      else handle.unref();
    }
  }

  #lastComplaint(): string {
    const last = this.complaints.split('\n').pop() ?? '';
    return last === '' ? '' : `: ${last}`;
  }
}
