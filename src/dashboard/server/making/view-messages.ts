/** What goes between the server and the threads that compute views. */
import type { Answer } from '../answer.js';
import type { ViewQuery } from '../routes.js';

export interface DatabaseState {
  readonly path: string;
  /** Grows with every change of the database. */
  readonly version: number;
  /** Grows when another file takes the place of the database's. */
  readonly generation: number;
}

export interface ViewQuestion {
  readonly id: number;
  readonly query: ViewQuery;
  readonly databases: readonly DatabaseState[];
}

export interface ViewReply {
  readonly id: number;
  readonly answer: Answer;
}
