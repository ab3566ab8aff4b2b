/**
 * Python for heads: what `heads.ts`, `decoder.ts` and `reconstruction.ts` do.
 */

/** `dense`, as heads.ts. */
export const denseSource = `
def dense(inputs, outputs):
    """A linear layer, initialised as He et al. 2015, fan in."""
    layer = nn.Linear(inputs, outputs)
    nn.init.normal_(layer.weight, std=(2 / inputs) ** 0.5)
    nn.init.zeros_(layer.bias)
    return layer
`;

/** A two-layer classifier of pooled features; `width`: a Python expression of `features`. */
export function classifierSource(classes: string, hidden: number, width = 'features'): string {
  return `${denseSource}

class Classifier(nn.Module):
    def __init__(self, features, hidden=${hidden}):
        super().__init__()
        self.hidden = dense(${width}, hidden)
        self.answer = dense(hidden, ${classes})

    def forward(self, features):
        return self.answer(F.relu(self.hidden(features)))
`;
}

/** `Embedding`: two layers on pooled features. */
export function embeddingSource(hidden: number, width: number): string {
  return `${denseSource}

class Embedding(nn.Module):
    """Feature maps [N, F, d, h, w] become vectors [N, width]."""

    def __init__(self, features, hidden=${hidden}, width=${width}):
        super().__init__()
        self.hidden = dense(features, hidden)
        self.embedding = dense(hidden, width)

    def forward(self, maps):
        return self.embedding(F.relu(self.hidden(maps.mean((2, 3, 4)))))
`;
}

/** `Decoder`, as decoder.ts. */
export const decoderSource = `
class Decoder(nn.Module):
    """Feature maps [N, F, d, h, w] become voxels [N, C, D, H, W].

    A 1x1x1 convolution whose channels become voxels (depth to space, Shi et al. 2016): as many voxels per
    feature as it takes to fill the size, but at most FINEST along an axis; beyond, neighbours share a value.
    """

    FINEST = 4

    def __init__(self, features, grid, channels, size):
        super().__init__()
        factors = [-(-side // cells) for side, cells in zip(size, grid)]
        self.fine = [min(factor, self.FINEST) for factor in factors]
        self.coarse = [-(-factor // fine) for factor, fine in zip(factors, self.fine)]
        self.channels, self.size = channels, size
        self.draw = nn.Conv3d(features, channels * int(np.prod(self.fine)), 1)
        nn.init.normal_(self.draw.weight, std=features**-0.5)
        nn.init.zeros_(self.draw.bias)

    def forward(self, maps):
        n, _, *grid = maps.shape
        split = self.draw(maps).reshape(n, self.channels, *self.fine, *grid)
        full = [cells * fine for cells, fine in zip(grid, self.fine)]
        voxels = split.permute(0, 1, 5, 2, 6, 3, 7, 4).reshape(n, self.channels, *full)
        for axis, times in enumerate(self.coarse, start=2):
            voxels = voxels.repeat_interleave(times, axis)
        depth, height, width = self.size
        return voxels[:, :, :depth, :height, :width]
`;

/** `explained`, as reconstruction.ts. */
export const explainedSource = `
def explained(drawn, target, lost):
    """Share of the variance that is explained where lost is 1; answering with the mean, 0, scores 0."""
    missed = (lost * (drawn - target) ** 2).sum() / ((lost * target**2).sum() + 1e-6)
    return (1 - missed).clamp(min=-1)
`;
