"""Devices of the engine `torch`: their settings, and a test of each."""

from __future__ import annotations

import torch
import torch.nn.functional as F


def set_up(device: str, precision: str, threads: int) -> None:
    """Settings of the process for what it computes next."""
    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
    narrow = precision == "tf32"
    torch.backends.cuda.matmul.allow_tf32 = narrow
    torch.backends.cudnn.allow_tf32 = narrow
    # Kernels chosen by a clock would differ between runs.
    torch.backends.cudnn.benchmark = False
    fill = getattr(torch.utils, "deterministic", None)
    if fill is not None:
        # Nothing here reads memory before it is written.
        fill.fill_uninitialized_memory = False


def describe(device: str) -> str:
    """Runs a test on a device, and says on what; raises where it cannot be used."""
    require(device)
    set_up(device, "float32", 1)
    x = torch.ones(1, 2, 4, 4, 4, device=device)
    w = torch.ones(3, 2, 2, 2, 2, device=device, requires_grad=True)
    y = F.conv3d(x, w)
    y.sum().backward()
    right = y.sum().item() == 3 * 27 * 16 and w.grad is not None
    if not right or w.grad.sum().item() != 48 * 27:
        raise RuntimeError("a test gave a wrong result")
    return f"PyTorch {torch.__version__} ran a test{name_of(device)}"


def require(device: str) -> None:
    if device == "cuda" and not torch.cuda.is_available():
        built = torch.version.cuda is not None
        raise RuntimeError(
            "PyTorch found no NVIDIA GPU that it can use, or no driver"
            if built
            else "this PyTorch is built without CUDA"
        )
    if device == "mps" and not torch.backends.mps.is_available():
        raise RuntimeError("this machine or this PyTorch has no Metal (MPS)")


def name_of(device: str) -> str:
    if device != "cuda":
        return ""
    major, minor = torch.cuda.get_device_capability()
    return f" on {torch.cuda.get_device_name()} (compute capability {major}.{minor})"
