/**
 * Reads one pickle.
 */
import type { Cursor } from './cursor.js';
import { Machine, malformed, type World } from './machine.js';
import { operations, STOP } from './opcodes.js';

/** The value of the pickle at the cursor, which then stands behind it. Throws `Unreadable`. */
export function unpickle(cursor: Cursor, world: World): unknown {
  const machine = new Machine(cursor, world);
  for (;;) {
    const code = cursor.u8();
    if (code === STOP) return machine.pop();
    const operation = operations.get(code);
    if (operation === undefined) throw malformed(`uses operation ${code} at byte ${cursor.position - 1}`);
    machine.spend(1);
    operation(machine);
  }
}
