/**
 * Types a command by its options; the list of commands forgets them again.
 */
import type { CommandModule } from 'yargs';

export function defineCommand<Arguments>(
  command: CommandModule<object, Arguments>,
): CommandModule<object, Arguments> {
  return command;
}
