/**
 * A runtime in a child process: a native crash or an out-of-memory kill there costs one attempt of one
 * candidate, and the next attempt starts a fresh process.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { UserError } from '../core/errors.js';
import type { EvaluationJob } from '../core/records.js';
import { HandBack, type Continuing } from './continuation/continuation.js';
import { heapOptions, memorySettings } from './memory-settings.js';
import { AttemptLost, type ChildReply, type ChildRequest } from './messages.js';
import type { AttemptOutcome, WorkerSetup } from './job.js';

const entry = fileURLToPath(new URL('./child.js', import.meta.url));

/** Milliseconds between two looks at whether a running job was cancelled. */
const interruptCheck = 20;

/** Milliseconds in which a process that was asked to hand back its job has to, before it is ended. */
const GRACE = 10_000;

export class ChildRuntime {
  private child: ChildProcess | undefined;

  /** `script`: what the process runs; tests name another. */
  constructor(
    private readonly setup: WorkerSetup,
    private readonly script: string = entry,
    private readonly grace: number = GRACE,
  ) {}

  /** A job that is interrupted costs the process its life, unless it is to be handed back and the process does so in time. */
  evaluate(job: EvaluationJob, interrupted: () => boolean, continuing?: Continuing): Promise<AttemptOutcome> {
    const child = (this.child ??= this.start());
    let asked: number | undefined;
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearInterval(watch);
        child.off('message', onMessage);
        child.off('exit', onExit);
        act();
      };
      const onMessage = (reply: ChildReply): void => {
        if (reply.kind === 'told') return continuing?.tell(reply.told);
        settle(() => {
          if (reply.kind === 'outcome') resolve(reply.outcome);
          else if (reply.kind === 'refused') reject(new UserError(reply.details));
          else reject(reply.kind === 'handed back' ? new HandBack() : new Error(reply.message));
        });
      };
      const onExit = (code: number | null, signal: string | null): void => {
        this.child = undefined;
        const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
        settle(() => reject(new AttemptLost(`the training process ended with ${how}`)));
      };
      const watch = setInterval(() => {
        if (!interrupted()) return;
        if (continuing?.handsBack() !== true) return void child.kill('SIGKILL');
        if (asked === undefined) child.send({ kind: 'hand back' } satisfies ChildRequest);
        asked ??= performance.now();
        if (performance.now() - asked > this.grace) child.kill('SIGKILL');
      }, interruptCheck);
      child.on('message', onMessage);
      child.on('exit', onExit);
      const { folder, everySeconds } = continuing ?? {};
      child.send({
        kind: 'job',
        job,
        ...(folder !== undefined && everySeconds !== undefined && { continuation: { folder, everySeconds } }),
      } satisfies ChildRequest);
    });
  }

  /** Ends the process, idle or not. */
  end(): void {
    this.child?.kill('SIGKILL');
  }

  private start(): ChildProcess {
    const child = fork(this.script, [], {
      execArgv: [...process.execArgv, ...heapOptions],
      env: { ...process.env, ...memorySettings, ...this.setup.environment },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const { experiment, code, engine, device, threads, alone, prefetch, spin, labelled, outcomes, scans } =
      this.setup;
    child.send({
      kind: 'setup',
      setup: {
        experiment,
        code,
        engine,
        device,
        threads,
        alone,
        prefetch,
        spin,
        ...(labelled === undefined ? {} : { labelled }),
        ...(outcomes === undefined ? {} : { outcomes }),
      },
      recipe: scans.recipe,
    } satisfies ChildRequest);
    return child;
  }
}
