"""The encoder of test/downstream/training/small-encoder.ts with a linear head in PyTorch: trains both, prints weights."""
import json
import sys

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
job = json.load(sys.stdin)


def tensor(value):
    return torch.tensor(value["data"], dtype=torch.float32).reshape(value["shape"])


state = {name: tensor(value) for name, value in job["weights"].items()}
trained = [name for name in state if "running" not in name and not name.startswith("standardise")]
for name in trained:
    state[name].requires_grad_()


def conv_norm(name, x, stride):
    weight = state[f"{name}.conv.weight"]
    y = F.conv3d(x, weight, stride=stride, padding=[k // 2 for k in weight.shape[2:]])
    running = [state[f"{name}.norm.{what}"] for what in ("running_mean", "running_var", "weight", "bias")]
    return F.batch_norm(y, *running, training=job["of_batch"], momentum=0.1, eps=1e-5)


def loss_of(scans, labels):
    x = F.relu(conv_norm("encoder.stem", scans, (1, 2, 2)))
    block = "encoder.stages.0.0"
    y = conv_norm(f"{block}.conv2", F.relu(conv_norm(f"{block}.conv1", x, 2)), 1)
    x = F.relu(y + conv_norm(f"{block}.shortcut", x, 2))
    x = F.silu(conv_norm("encoder.stages.1.0", x, 1))
    features = x.mean((2, 3, 4))
    features = (features - state["standardise.features.mean"]) / state["standardise.features.deviation"]
    return F.cross_entropy(F.linear(features, state["head.fc.weight"], state["head.fc.bias"]), labels)


groups = [
    {
        "params": [state[name]],
        "lr": job["rate"] * job["factors"].get(name, 1),
        "weight_decay": job["decay"] if state[name].dim() > 1 else 0.0,
    }
    for name in trained
]
optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.999), eps=1e-8)
losses = []
for batch in job["batches"]:
    optimiser.zero_grad()
    loss = loss_of(tensor(batch["scans"]), torch.tensor(batch["label"]["data"]))
    loss.backward()
    torch.nn.utils.clip_grad_norm_([state[name] for name in trained], job["clip"])
    optimiser.step()
    losses.append(loss.item())
print(json.dumps({"losses": losses, "weights": {name: value.flatten().tolist() for name, value in state.items()}}))
