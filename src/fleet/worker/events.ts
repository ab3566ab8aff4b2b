/** Events of a worker of a fleet. */
export type WorkerEvent =
  /** Connected; no search wants it yet. */
  | { readonly kind: 'waiting for a search'; readonly name: string; readonly queue: string }
  | {
      readonly kind: 'serving';
      readonly search: string;
      readonly engine: string;
      readonly device: string;
      readonly class: string;
      readonly slots: number;
    }
  | { readonly kind: 'evaluating'; readonly job: string }
  | { readonly kind: 'evaluated'; readonly job: string; readonly seconds: number }
  /** An evaluation was given back to the queue, and another worker takes it over. */
  | { readonly kind: 'handed back'; readonly job: string }
  /** An evaluation was interrupted, since the queue has given it to another worker or may have done so. */
  | { readonly kind: 'lock lost'; readonly job: string }
  | { readonly kind: 'draining'; readonly running: number }
  | { readonly kind: 'search ended'; readonly search: string }
  | { readonly kind: 'queue lost' | 'queue back'; readonly queue: string };
