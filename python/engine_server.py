"""The loop of the engine `torch`: requests in, answers out."""

from __future__ import annotations

import sys
import traceback
from typing import Any, BinaryIO, Dict, Tuple

import torch
from torch import Tensor

from engine_devices import describe, set_up
from engine_frames import Frame, read_frame, write_frame
from engine_memory import give_back
from engine_session import Session

Answer = Tuple[Dict[str, Any], Dict[str, Tensor]]


class Server:
    def __init__(self) -> None:
        self.sessions: dict[int, Session] = {}

    def answer(self, frame: Frame) -> Answer:
        header, tensors = frame
        kind = header["kind"]
        if kind == "probe":
            return {"text": describe(header["device"])}, {}
        if kind == "open":
            set_up(header["device"], header["precision"], header["threads"])
            self.sessions[header["session"]] = Session(header, tensors)
            return {}, {}
        if kind == "close":
            closed = self.sessions.pop(header["session"], None)
            if closed is not None:
                closed.close()
            if closed is not None and closed.device.type == "cuda":
                # Other processes on this GPU may need what this one keeps for itself.
                torch.cuda.empty_cache()
            del closed
            give_back()
            return {}, {}
        session = self.sessions[header["session"]]
        program = session.program
        set_up(program["device"], program["precision"], program["threads"])
        return self.of_session(kind, session, tensors)

    def of_session(
        self, kind: str, session: Session, tensors: dict[str, Tensor]
    ) -> Answer:
        if kind == "load":
            session.load(tensors)
            return {}, {}
        if kind == "train":
            scalars = tensors.pop("step/scalars")
            curves = session.train(tensors, scalars)
            notice, session.notice = session.notice, None
            return {"notice": notice}, {"curves": curves}
        if kind == "evaluate":
            return {}, session.evaluate(tensors)
        if kind == "gradients":
            return {}, session.gradients(tensors)
        if kind == "read":
            return {}, session.vectors
        raise ValueError(f"no such request: {kind}")


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers until the requests end."""
    server = Server()
    while True:
        frame = read_frame(requests)
        if frame is None:
            return
        try:
            header, tensors = server.answer(frame)
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            write_frame(answers, {"error": f"{type(error).__name__}: {error}"}, {})
            # A GPU that failed fails from then on: another process may do better.
            if isinstance(error, RuntimeError) and "CUDA error" in str(error):
                return
            continue
        write_frame(answers, header, tensors)
        del frame, header, tensors


torch.use_deterministic_algorithms(True)
