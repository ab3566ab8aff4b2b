/**
 * Python for contrastive losses: what `contrast.ts` does.
 */

/** `unit_rows` and `info_nce`. */
export const infoNceSource = `
def unit_rows(x):
    """Rows of [N, K] at length 1; a row of zeros stays zero."""
    return x / ((x**2).sum(1, keepdim=True) + 1e-8).sqrt()


def info_nce(similarity, right):
    """The cross entropy of [queries, candidates] against the right candidate of each query, and the share of
    queries whose right candidate is strictly nearer than all others (van den Oord et al. 2018)."""
    own = similarity.gather(1, right[:, None])
    others = similarity.scatter(1, right[:, None], -float("inf")).amax(1, keepdim=True)
    return F.cross_entropy(similarity, right), (own > others).float().mean()
`;

/** `partners`, besides. */
export const partnersSource = `${infoNceSource}

def partners(z, temperature):
    """Every row of [2B, K] against all others; its partner is B rows away (NT-Xent, Chen et al. 2020)."""
    unit = unit_rows(z)
    rows = torch.arange(len(z), device=z.device)
    itself = rows[:, None] == rows
    similarity = (unit @ unit.T / temperature).masked_fill(itself, -1e4)
    return info_nce(similarity, rows.roll(len(z) // 2))
`;
