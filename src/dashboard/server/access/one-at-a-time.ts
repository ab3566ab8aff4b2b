/**
 * One request at a time on a connection. No browser sends a second one before the first was answered (HTTP/1.1 pipelining), and
 * who does and reads nothing would pile up answers.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export class OneAtATime {
  private readonly busy = new WeakSet<Socket>();

  /** False where the connection waits for an answer already: it is ended. */
  admit({ socket }: IncomingMessage, response: ServerResponse): boolean {
    if (this.busy.has(socket)) {
      socket.destroy();
      return false;
    }
    this.busy.add(socket);
    response.once('close', () => this.busy.delete(socket));
    return true;
  }
}
