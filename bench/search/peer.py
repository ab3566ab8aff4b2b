"""One worker of a search in PyTorch: evaluates the candidates that it is sent, from model.py's text to a score.

It lies in a folder of voxolve's export: the loop is that of pretrain.py, with its batches, its optimiser, its schedule and
its held-out batches, which are made once. It reads a line of JSON per request and answers with one.
"""

import contextlib
import json
import math
import struct
import sys
import time
import types
from functools import partial
from pathlib import Path

import numpy as np
import torch

try:
    import nibabel  # noqa: F401
except ImportError:
    # scans.py reads files with it; here volumes come prepared.
    sys.modules["nibabel"] = types.ModuleType("nibabel")
import pretrain
import settings
from scans import Volume
from task import Task
from torch import nn

FOLDER = Path(__file__).resolve().parent
JOB = json.loads((FOLDER / "job.json").read_text())
DEVICE = JOB["device"]
torch.set_num_threads(JOB["threads"])


class Watch:
    """Adds up the seconds of parts."""

    def __init__(self):
        self.seconds = dict.fromkeys(["batches", "steps", "evaluation"], 0.0)

    def timed(self, part, work):
        before = time.perf_counter()
        result = work()
        self.seconds[part] += time.perf_counter() - before
        return result


def read_tensors(path):
    """float32 tensors of a safetensors file."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        values = np.frombuffer(data[begin:end], dtype="<f4")
        tensors[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return tensors


def read_scans():
    """Patients to train on and held-out ones: the volumes that voxolve prepared."""
    patients = {"train": {}, "validation": {}}
    tensors = read_tensors(FOLDER / "scans.safetensors")
    for i, (split, patient) in enumerate(JOB["volumes"]):
        tissue = tensors[f"{i}.foreground"].numpy().astype(bool)
        volume = Volume(tensors[f"{i}.voxels"].numpy(), tissue)
        patients[split].setdefault(patient, []).append(volume)
    return [list(of.values()) for of in patients.values()]


sys.argv = [sys.argv[0], str(FOLDER), "--device", DEVICE, "--seed", str(JOB["seed"])]
OPTIONS = pretrain.parse_arguments()
TASK = Task(**settings.TASK)
TASK.label_smoothing = OPTIONS.label_smoothing
TASK.batch = OPTIONS.batch
TRAIN, HELD_OUT = read_scans()
HELD_OUT_BATCHES = [
    pretrain.draw_batch(HELD_OUT, TASK, OPTIONS, (OPTIONS.seed, 1, i), train=False)
    for i in range(OPTIONS.evaluation_batches)
]


def networks_of(source):
    """Encoder and head of a model.py."""
    model = types.ModuleType("model")
    model.__file__ = str(FOLDER / "model.py")
    exec(compile(source, model.__file__, "exec"), model.__dict__)
    encoder = model.Encoder().apply(pretrain.initialise)
    head = TASK.head(model.FEATURES, partial(pretrain.grid_of, encoder))
    return nn.ModuleList([encoder, head]).to(DEVICE).train()


def cast():
    """What the precision lets matrix products and convolutions compute with."""
    if JOB["precision"] == "bfloat16":
        return torch.autocast(DEVICE, torch.bfloat16)
    return contextlib.nullcontext()


def take_step(modules, optimiser, batch):
    with cast():
        loss, _ = TASK.loss(*modules, batch)
    optimiser.zero_grad()
    loss.backward()
    if OPTIONS.clip_norm is not None:
        nn.utils.clip_grad_norm_(modules.parameters(), OPTIONS.clip_norm)
    optimiser.step()
    return loss.item()


@torch.no_grad()
def score_of(modules):
    modules.eval()
    with cast():
        metrics = [TASK.loss(*modules, batch)[1] for batch in HELD_OUT_BATCHES]
    return float(np.mean([float(metric[TASK.metric]) for metric in metrics]))


def evaluate(request):
    """Trains a candidate and scores it."""
    start, cpu, watch = time.perf_counter(), time.process_time(), Watch()
    torch.manual_seed(request["number"])
    OPTIONS.steps = request["steps"]
    modules = networks_of(request["source"])
    optimiser = pretrain.make_optimiser(modules, OPTIONS)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: pretrain.rate_at(step, OPTIONS)
    )
    for step in range(OPTIONS.steps):
        seed = (OPTIONS.seed, 2, request["number"], step)
        batch = watch.timed(
            "batches", lambda: pretrain.draw_batch(TRAIN, TASK, OPTIONS, seed, True)
        )
        loss = watch.timed("steps", lambda: take_step(modules, optimiser, batch))
        schedule.step()
        if not math.isfinite(loss):
            break
    score = watch.timed("evaluation", lambda: score_of(modules))
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    spent = {**watch.seconds, "open": seconds - sum(watch.seconds.values())}
    return {"seconds": seconds, "cpu": cpu, "spent": spent, "finite": math.isfinite(score)}


def losses(request):
    """Losses of steps from given weights on given batches, at a given rate."""
    modules = networks_of(request["source"])
    given = read_tensors(request["tensors"])
    fill(modules, given, request["head"])
    optimiser = pretrain.make_optimiser(modules, OPTIONS)
    for group in optimiser.param_groups:
        group["lr"] = request["rate"]
    batches = {
        name: (given[f"batch.{name}"].long() if whole else given[f"batch.{name}"]).to(DEVICE)
        for name, whole in request["inputs"].items()
    }
    steps = len(next(iter(batches.values())))
    found = [
        take_step(modules, optimiser, {name: of[i] for name, of in batches.items()})
        for i in range(steps)
    ]
    return [loss if math.isfinite(loss) else None for loss in found]


def fill(modules, given, names):
    """Weights of the encoder by name, those of the head in the order of its parameters."""
    encoder, head = modules
    own = {n: given[f"encoder.{n}"] for n in encoder.state_dict() if f"encoder.{n}" in given}
    missing, _ = encoder.load_state_dict(own, strict=False)
    if any(not name.endswith("num_batches_tracked") for name in missing):
        raise ValueError(f"weights are missing: {missing}")
    parameters = list(head.parameters())
    if len(parameters) != len(names):
        raise ValueError(f"the head has {len(parameters)} parameters, given are {names}")
    with torch.no_grad():
        for parameter, name in zip(parameters, names):
            if parameter.squeeze().shape != given[name].squeeze().shape:
                raise ValueError(f"{name}: {given[name].shape} for {parameter.shape}")
            parameter.copy_(given[name].reshape(parameter.shape))


print(json.dumps({"torch": torch.__version__}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps({"evaluate": evaluate, "losses": losses}[asked["kind"]](asked)), flush=True)
