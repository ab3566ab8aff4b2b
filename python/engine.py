"""The process of voxolve's engine `torch`: trains and runs graphs that it is sent.

    python engine.py

Requests come on standard input and are answered, one after another, on standard output
(engine_frames.py says how they look). It ends with its standard input. The first frame
that it writes says whether a PyTorch is here; nothing but this file runs without one.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import signal
import struct
import sys
from typing import BinaryIO


def version_of(text: str) -> tuple[int, int]:
    """The first two numbers of a version, such as 2.1.0+cpu."""
    major, minor = text.split(".")[:2]
    return int(major), int("".join(filter(str.isdigit, minor)))


def installed() -> str | None:
    """The version of PyTorch that is installed, without loading it."""
    try:
        return importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return None


def say(channel: BinaryIO, header: dict[str, object]) -> None:
    text = json.dumps({**header, "tensors": []}).encode()
    channel.write(struct.pack("<I", len(text)) + text)
    channel.flush()


def main() -> None:
    # A stop from the terminal, or from what manages jobs on a cluster, reaches the
    # whole group; voxolve decides when this ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # What libraries print must not come between frames.
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    version = installed()
    needed = version_of(sys.argv[1])
    about = {"python": sys.version.split()[0], "torch": version}
    if version is None or version_of(version) < needed:
        return say(channel, about)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    # What the processors lack on a Mac's GPU must be said, not computed elsewhere.
    os.environ["PYTORCH_ENABLE_MPS_FALLBACK"] = "0"
    try:
        from engine_server import serve
    except Exception as error:
        return say(channel, {**about, "broken": f"{type(error).__name__}: {error}"})
    say(channel, {**about, "ready": True})
    serve(sys.stdin.buffer, channel)
    return None


if __name__ == "__main__":
    main()
