/**
 * Settings of the Python classes that several tasks share: the fields of `PatchTask` (`python/patches.py`), of `PairTask`
 * (`python/views.py`), and the settings of appearance that most tasks have.
 */
import type { Json } from '../../src/core/json.js';
import type { TaskContext } from '../../src/tasks/task.js';
import { cropSide, type Layout } from './layout.js';
import { tripleOf } from './options.js';
import { viewCrop, type ViewOptions } from './views.js';

type Settings = Readonly<Record<string, Json>>;

interface AppearanceOptions {
  readonly contrast: number;
  readonly foreground: number;
  readonly level: boolean;
  readonly hidden: number;
}

export function appearanceSettings({ contrast, foreground, level, hidden }: AppearanceOptions): Settings {
  return { contrast, foreground, level, hidden };
}

export function patchSettings(options: AppearanceOptions, layout: Layout, channels: number): Settings {
  const { grid, patch, gap, jitter } = layout;
  return { channels, crop: cropSide(layout), grid, patch, gap, jitter, ...appearanceSettings(options) };
}

export function viewSettings(
  options: ViewOptions & { readonly hidden: number; readonly width: number },
  { channels, batch }: TaskContext,
): Settings {
  const { zoom, flips, noise, contrast, foreground, hidden, width } = options;
  return {
    channels,
    crop: viewCrop(options),
    size: tripleOf(options.size),
    zoom,
    flips,
    noise,
    contrast,
    foreground,
    hidden,
    width,
    batch,
  };
}

/** Modules that tasks which compare views import. */
export const viewModules = [
  'python/views.py',
  'python/patches.py',
  'python/heads.py',
  'python/contrast.py',
] as const;
