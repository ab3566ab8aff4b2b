/** Short facts, each with its name: a description list in boxes. */
import type { ComponentChildren } from 'preact';

export interface Fact {
  readonly name: string;
  readonly value: ComponentChildren;
  /** A line under the value. */
  readonly note?: ComponentChildren;
}

export const Facts = ({ facts }: { readonly facts: readonly Fact[] }) => (
  <dl class="facts">
    {facts.map(({ name, value, note }) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>
          <span class="fact-value">{value}</span>
          {note !== undefined && <span class="fact-note">{note}</span>}
        </dd>
      </div>
    ))}
  </dl>
);
