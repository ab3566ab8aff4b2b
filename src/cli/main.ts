#!/usr/bin/env node
/**
 * The `voxolve` command. Each command is a file in `commands/`; this one parses, dispatches and turns errors
 * into one line and a non-zero exit.
 */
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { messageOf, UserError } from '../core/errors.js';
import { commandsFor } from './commands/index.js';
import { version } from '../core/version.js';

async function main(args: readonly string[]): Promise<void> {
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

// Whoever reads may stop early, as `| head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const args = hideBin(process.argv);
main(args).then(
  () => undefined,
  (thrown: unknown) => {
    const trace = args.includes('--trace') || !(thrown instanceof UserError);
    const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    process.stderr.write(trace ? `voxolve: ${detail}\n` : `voxolve: ${messageOf(thrown)}\n`);
    process.exitCode = 1;
  },
);
