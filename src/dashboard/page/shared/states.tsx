/** What stands in place of a view: it is being loaded, there is nothing yet, or why it cannot be shown. */
import type { ComponentChildren } from 'preact';
import { useView, type Increments } from '../data.js';

export const Empty = ({ children }: { readonly children: ComponentChildren }) => (
  <p class="empty">{children}</p>
);

export const Failure = ({ message }: { readonly message: string }) => (
  <p class="failure" role="alert">
    {message}
  </p>
);

/** Loads a path and draws what came; keeps it, with a line over it, when a later request fails. */
export function View<T>({
  path,
  increments,
  children,
}: {
  readonly path: string;
  readonly increments?: Increments<T>;
  readonly children: (data: T) => ComponentChildren;
}) {
  const { data, error } = useView<T>(path, increments);
  return (
    <>
      {error !== null && <Failure message={error.message} />}
      {data !== null && children(data)}
      {data === null && error === null && (
        <p class="empty" role="status">
          Loading …
        </p>
      )}
    </>
  );
}
