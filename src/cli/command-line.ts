/**
 * A command line from its words to its end: parses, dispatches to one of `commands/`, and turns errors into one line and
 * a non-zero exit code.
 */
import yargs from 'yargs';
import { messageOf, UserError } from '../core/errors.js';
import { version } from '../core/version.js';
import { commandsFor } from './commands/index.js';

/** Runs the command that `args` say, without "voxolve"; sets `process.exitCode` where it fails. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  try {
    await parse(args);
  } catch (thrown) {
    const trace = args.includes('--trace') || !(thrown instanceof UserError);
    const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    process.stderr.write(trace ? `voxolve: ${detail}\n` : `voxolve: ${messageOf(thrown)}\n`);
    process.exitCode = 1;
  }
}

async function parse(args: readonly string[]): Promise<void> {
  const commands = await commandsFor(args);
  // One where the words begin with a command.
  const [only] = commands.length === 1 ? commands.map(({ command }) => String(command)) : [];
  const parser = yargs([...args])
    .scriptName('voxolve')
    .usage('$0 COMMAND [options]\n\nSearch for video and volume architectures on unlabeled medical scans.')
    .command(commands)
    .option('trace', {
      type: 'boolean',
      default: false,
      describe: 'show where an error comes from',
      global: true,
    })
    .demandCommand(1, 'name a command')
    .recommendCommands()
    .strict()
    .version(version)
    .help()
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .exitProcess(false)
    .fail((message: string | null, error: unknown) => {
      if (error instanceof Error) throw error;
      throw new UserError({
        subject: 'command line',
        problem: (message ?? 'cannot be understood')
          .replace(/^Not enough non-option arguments.*/, `${only ?? 'it'} needs more than was given`)
          .replace(/^Did you mean/, `there is no command "${args[0] ?? ''}"; did you mean`)
          .replace(/\s*\n\s*/g, ', '),
        fix: only === undefined ? 'see voxolve --help' : `see voxolve ${only.split(' ')[0]} --help`,
      });
    });
  await parser.parseAsync();
}
