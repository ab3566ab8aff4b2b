/**
 * The state-dict within what a checkpoint holds: at the top, or under one of the keys that are usual.
 */
import { isStoredTensor } from './torch/names.js';
import type { StoredTensor } from './stored-tensor.js';
import { Unreadable } from './unreadable.js';

/** Keys under which training programs keep a model's weights. */
const WRAPPERS = ['state_dict', 'model_state_dict', 'model_state', 'model', 'module', 'net', 'network'];
const DEEPEST = 4;

/** Tensors by name. Throws `Unreadable` where there are none. */
export function stateDictOf(value: unknown): ReadonlyMap<string, StoredTensor> {
  let inner = value;
  for (let depth = 0; depth < DEEPEST && inner instanceof Map; depth++) {
    const dictionary: ReadonlyMap<unknown, unknown> = inner;
    const wrapper = WRAPPERS.find((key) => dictionary.get(key) instanceof Map);
    if (wrapper === undefined) {
      const tensors = tensorsAt(dictionary);
      if (tensors.size > 0) return tensors;
      break;
    }
    inner = dictionary.get(wrapper);
  }
  throw new Unreadable(
    `it holds no weights by name (looked at the top and under ${WRAPPERS.join(', ')})`,
    'save the weights alone: torch.save(model.state_dict(), FILE)',
  );
}

function tensorsAt(dictionary: ReadonlyMap<unknown, unknown>): ReadonlyMap<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (const [name, value] of dictionary) {
    if (typeof name === 'string' && isStoredTensor(value)) tensors.set(name, value);
  }
  return tensors;
}
