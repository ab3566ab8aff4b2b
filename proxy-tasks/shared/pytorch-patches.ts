/**
 * Python for patches: what `patch.ts`, `level.ts`, `layout.ts`, `clip.ts` and `flip.ts` do.
 */

const normaliseSource = `
def normalise(patch):
    """Mean 0 and standard deviation 1; a constant patch becomes zeros."""
    centred = patch - patch.mean()
    deviation = centred.std()
    return centred / deviation if deviation > 1e-6 else np.zeros_like(patch)
`;

/** `normalise` and `flatten_air`, as patch.ts. */
export const flattenSource = `${normaliseSource}

def flatten_air(channel, tissue):
    """Air takes the darkest value of the tissue."""
    darkest = channel[tissue].min() if tissue.any() else 0.0
    return np.where(tissue, channel, darkest)
`;

/** `jitter_contrast`, as patch.ts; it needs the constant CONTRAST. */
export const jitterSource = `
def jitter_contrast(patch, rng):
    """Raised to a random gamma, scaled and shifted."""
    scale, gamma = rng.uniform(1 - CONTRAST, 1 + CONTRAST, 2)
    shift = rng.uniform(-CONTRAST, CONTRAST)
    return np.sign(patch) * np.abs(patch) ** gamma * scale + shift
`;

/** `random_flip`, as flip.ts; it needs the constant FLIPS. */
export const flipSource = `
def random_flip(voxels, rng):
    """[C, D, H, W], each axis mirrored with probability FLIPS."""
    return np.flip(voxels, [axis for axis in (1, 2, 3) if rng.random() < FLIPS])
`;

/** As level.ts. */
const levelSource = `
def level(patch, tissue):
    """Tissue less the linear function of position that fits it best; air lies on that function, at 0."""
    axes = np.meshgrid(*(np.arange(n) - (n - 1) / 2 for n in patch.shape), indexing="ij")
    columns = np.stack([*(axis[tissue] for axis in axes), np.ones(tissue.sum())], 1)
    damping = np.diag([1e-3, 1e-3, 1e-3, 1e-9])
    fit = np.linalg.solve(columns.T @ columns + damping, columns.T @ patch[tissue])
    levelled = np.zeros(patch.shape)
    levelled[tissue] = patch[tissue] - columns @ fit
    return levelled
`;

/** `cut`, `level`, `normalise` and `make_patch`, as patch.ts; they need the constants CONTRAST and LEVEL. */
export const patchSource = `
def cut(volume, corner, size):
    """The box of a volume [..., D, H, W] whose first voxel is at corner."""
    return volume[(..., *(slice(c, c + s) for c, s in zip(corner, size)))]

${flattenSource}
${levelSource}
${jitterSource}

def make_patch(voxels, foreground, corner, size, rng=None):
    """[C, D, H, W] at a corner: without air, each channel normalised, contrast jittered where rng is given."""
    tissue = cut(foreground, corner, size).astype(bool)
    channels = []
    for channel in cut(voxels, corner, size):
        patch = normalise(level(channel, tissue) if LEVEL else flatten_air(channel, tissue))
        channels.append(patch if rng is None else jitter_contrast(patch, rng))
    return np.stack(channels).astype(np.float32)
`;

/** `patch_corners`, as layout.ts; it needs the constants GRID, PATCH, GAP and JITTER. */
export const cornersSource = `
def patch_corners(rng=None):
    """First voxel of each cell's patch, depth slowest; patches sit in mid-cell without a generator."""
    corners = []
    for cell in np.ndindex(GRID, GRID, GRID):
        shift = [JITTER // 2] * 3 if rng is None else rng.integers(0, JITTER + 1, 3)
        corners.append([i * (p + JITTER + g) + s for i, p, g, s in zip(cell, PATCH, GAP, shift)])
    return corners
`;

/** `accepts` of a task whose every patch must hold tissue. */
export const acceptsPatchesSource = `    def accepts(self, foreground):
        """Whether every cell of a crop's foreground [D, H, W] holds enough tissue."""
        return all(cut(foreground, corner, PATCH).mean() >= FOREGROUND for corner in patch_corners())
`;

/** `level`, `make_clip` and `draw_contrast`, as clip.ts; they need the constants CONTRAST and LEVEL. */
export const clipSource = `${flattenSource}
${levelSource}

def draw_contrast(rng):
    """Scale, gamma and shift that all frames share."""
    return *rng.uniform(1 - CONTRAST, 1 + CONTRAST, 2), rng.uniform(-CONTRAST, CONTRAST)


def make_clip(voxels, foreground, frames, contrast=None):
    """[C, len(frames), H, W]: without air, each channel normalised, then changed in contrast."""
    tissue = foreground[frames].astype(bool)
    channels = []
    for channel in voxels[:, frames]:
        clip = normalise(level(channel, tissue) if LEVEL else flatten_air(channel, tissue))
        if contrast is not None:
            scale, gamma, shift = contrast
            clip = np.sign(clip) * np.abs(clip) ** gamma * scale + shift
        channels.append(clip)
    return np.stack(channels).astype(np.float32)
`;
