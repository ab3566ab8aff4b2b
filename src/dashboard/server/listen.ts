/**
 * Listening at a host and port, with what can go wrong in words for the user.
 */
import type { Server } from 'node:http';
import { messageOf, UserError } from '../../core/errors.js';

interface Place {
  readonly host: string;
  readonly port: number;
}

/** Resolves once it listens. */
export function listen(server: Server, { host, port }: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(unableToListen(error, host, port)));
    server.listen({ host, port, exclusive: true }, resolve);
  });
}

function unableToListen(error: NodeJS.ErrnoException, host: string, port: number): UserError {
  const taken = error.code === 'EADDRINUSE';
  return new UserError(
    {
      subject: `--port ${port}`,
      problem: taken ? `is in use on ${host}` : `cannot be listened on at ${host} (${messageOf(error)})`,
      fix: taken ? 'give another, or none for any that is free' : 'give another --port or --host',
    },
    { cause: error },
  );
}
