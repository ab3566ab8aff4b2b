/** Says when the page no longer follows the search. */
import { useEffect, useState } from 'preact/hooks';
import { isReport, watchConnection, type Connection } from '../data.js';

export function ConnectionNote() {
  const [state, setState] = useState<Connection | null>(null);
  useEffect(() => watchConnection(setState), []);
  if (isReport()) return <span class="connection">Report</span>;
  return (
    <span class={`connection ${state ?? ''}`} role="status">
      {state === 'live' ? 'Live' : state === 'lost' ? 'Not connected' : ''}
    </span>
  );
}
