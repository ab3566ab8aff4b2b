"""Convolutions of engine torch with drawn shapes, against PyTorch in double precision.

    python convolutions_check.py FOLDER SEED COUNT

FOLDER holds engine_convolutions.py. Memory that is not written is filled with NaN where
this PyTorch can do so. Prints the shapes whose values or gradients differ.
"""

import random
import sys

sys.path.insert(0, sys.argv[1])

import torch
import torch.nn.functional as F

from engine_convolutions import Places, convolve

KNOWN = [
    # extents, kernel, stride, padding: what oneDNN left unset, or wrote beyond
    ((8, 16, 16), (11, 3, 3), (2, 2, 2), (5, 1, 1)),
    ((11, 8, 8), (11, 7, 5), (2, 1, 1), (5, 3, 2)),
    ((7, 10, 13), (7, 7, 9), (2, 1, 1), (3, 3, 4)),
    ((5, 7, 6), (7, 2, 9), (2, 2, 1), (3, 0, 2)),
    # a kernel that is one line and column once it is trimmed
    ((9, 9, 1), (7, 1, 2), (2, 2, 2), (3, 0, 1)),
]


def drawn():
    while True:
        extents = [random.randint(1, 9) for _ in range(3)]
        kernel = [random.choice([1, 2, 3, 5, 7, 11]) for _ in range(3)]
        stride = [random.choice([1, 2, 3]) for _ in range(3)]
        padding = [random.randint(0, taps // 2) for taps in kernel]
        if all(n + 2 * p >= k for n, p, k in zip(extents, padding, kernel)):
            return extents, kernel, stride, padding


def apart(found, expected):
    most = expected.abs().max().clamp(min=1e-9)
    return ((found.double() - expected).abs().max() / most).item()


def differences(shape, channels):
    extents, kernel, stride, padding = shape
    x = torch.randn(2, channels, *extents, requires_grad=True)
    w = torch.randn(16, channels, *kernel, requires_grad=True)
    exact = [value.detach().double().requires_grad_() for value in (x, w)]
    expected = F.conv3d(*exact, None, stride, padding)
    dy = torch.randn_like(expected)
    expected.backward(dy)
    y = convolve(x, w, Places(tuple(stride), tuple(padding), (1, 1, 1), 1))
    y.backward(dy.float())
    found = [y.detach(), x.grad, w.grad]
    wanted = [expected.detach(), *(value.grad for value in exact)]
    return [apart(*pair) for pair in zip(found, wanted)]


torch.set_num_threads(1)
if hasattr(torch.utils, "deterministic"):
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = True
random.seed(int(sys.argv[2]))
torch.manual_seed(0)
count = int(sys.argv[3])
shapes = KNOWN + [drawn() for _ in range(count)]
for shape in shapes:
    channels = random.choice([1, 4, 8])
    errors = differences(shape, channels)
    if not all(error < 1e-4 for error in errors):
        print(*shape, channels, *(f"{error:.0e}" for error in errors))
print(f"{len(shapes)} compared")
