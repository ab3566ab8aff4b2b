/**
 * PyTorch program that trains the exported `model.py` with the same head, weights and batches. It reads a line per
 * round and answers with a line of JSON, so that rounds alternate with the engine's.
 */
export const TRAINER = `"""Trains model.Encoder and a linear head: a round of steps for each line on stdin."""
import json
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from model import FEATURES, Encoder, read_safetensors

folder = Path(__file__).resolve().parent
job = json.loads((folder / "job.json").read_text())
torch.set_num_threads(job["threads"])

encoder = Encoder()
head = torch.nn.Linear(FEATURES, job["classes"])
state = read_safetensors(folder / "weights.safetensors")
encoder.load_state_dict(
    {name.removeprefix("encoder."): value for name, value in state.items() if name.startswith("encoder.")},
    strict=False,
)
head.load_state_dict({"weight": state["head.weight"], "bias": state["head.bias"]})
encoder.train()
weights = [p for p in [*encoder.parameters(), *head.parameters()]]
decayed = [p for p in weights if p.dim() > 1]
plain = [p for p in weights if p.dim() <= 1]
optimiser = torch.optim.AdamW(
    [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}], lr=job["rate"]
)
batches = read_safetensors(folder / "batches.safetensors")
clips, labels = batches["x"], batches["labels"].long()


def step(x: torch.Tensor, y: torch.Tensor) -> float:
    optimiser.zero_grad()
    loss = F.cross_entropy(head(encoder(x).mean(dim=(2, 3, 4))), y)
    loss.backward()
    optimiser.step()
    return loss.item()


print(json.dumps({"version": torch.__version__}), flush=True)
for _ in sys.stdin:
    wall, cpu = time.perf_counter(), time.process_time()
    losses = [step(x, y) for x, y in zip(clips, labels)]
    result = {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "losses": losses}
    print(json.dumps(result), flush=True)
`;
