/**
 * Heads in PyTorch: files of `python/`, the first of which has the class `Head`, and its arguments.
 */
import type { Json } from '../../core/json.js';
import type { PythonTask } from '../../tasks/task.js';

/** `python/head_NAME.py` with the shared files that it imports; `settings` are arguments of its class `Head`. */
export function pythonHead(
  name: string,
  settings: Readonly<Record<string, Json>>,
  shared: readonly ('time_to_event' | 'proportional' | 'case_control' | 'familiarity')[] = [],
): PythonTask {
  const files = ['perceptron', ...shared].map((file) => `python/${file}.py`);
  return { files: [`python/head_${name.replaceAll('-', '_')}.py`, ...files], settings };
}
