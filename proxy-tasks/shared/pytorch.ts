/**
 * Python that the tasks' PyTorch sources share; `files/pretrain.ts` of the export says what a `Task` is. Patches, heads,
 * contrastive losses and views have files of their own beside this one.
 */

export const pythonTuple = (values: readonly number[]): string => `(${values.join(', ')})`;

export const pythonBool = (value: boolean): string => (value ? 'True' : 'False');

/** A module's docstring and imports. */
export function header(summary: string, source: string): string {
  return `"""${summary}

After ${source}.
"""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
`;
}

/** `accepts` of a task whose whole crop must hold tissue; it needs the constant FOREGROUND. */
export const acceptsSource = `    def accepts(self, foreground):
        """Whether a crop's foreground [D, H, W] holds enough tissue."""
        return foreground.mean() >= FOREGROUND
`;
