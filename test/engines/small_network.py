"""The network of test/support/small-network.ts in PyTorch: trains it from given weights, prints the losses."""
import json
import sys

import torch
import torch.nn.functional as F

job = json.load(sys.stdin)
state = {name: torch.tensor(w["data"], dtype=torch.float32).reshape(w["shape"]) for name, w in job["weights"].items()}
trainable = [name for name in state if "running" not in name]
for name in trainable:
    state[name].requires_grad_()


def unit(name, x, stride, groups, activation):
    weight = state[f"{name}.weight"]
    padding = [(k - 1) // 2 for k in weight.shape[2:]]
    y = F.conv3d(x, weight, stride=stride, padding=padding, groups=groups)
    y = F.batch_norm(
        y,
        state[f"{name}.running_mean"],
        state[f"{name}.running_var"],
        state[f"{name}.gamma"],
        state[f"{name}.beta"],
        training=True,
        momentum=0.1,
        eps=1e-5,
    )
    return activation(y)


def dense(name, x):
    return F.linear(x, state[f"{name}.weight"], state[f"{name}.bias"])


def loss_of(x, labels):
    h = unit("stem", x, (1, 2, 2), 1, F.relu)
    h = unit("spatial", h, 1, 1, F.silu)
    h = unit("temporal", h, (2, 1, 1), 1, F.silu)
    h = h + unit("depthwise", h, 1, 8, F.silu)
    gate = torch.sigmoid(dense("gate", h.mean((2, 3, 4))))
    h = F.max_pool3d(h * gate[:, :, None, None, None], (1, 2, 2))
    return F.cross_entropy(dense("head", h.mean((2, 3, 4))), labels, label_smoothing=0.1)


decayed = [state[name] for name in trainable if state[name].dim() > 1]
plain = [state[name] for name in trainable if state[name].dim() <= 1]
groups = [{"params": decayed, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}]
optimiser = torch.optim.AdamW(groups, lr=job["rate"], betas=(0.9, 0.999), eps=1e-8)
xs = torch.tensor(job["x"]["data"], dtype=torch.float32).reshape(job["x"]["shape"])
labels = torch.tensor(job["labels"]["data"]).reshape(job["labels"]["shape"])
losses = []
for x, label in zip(xs, labels):
    optimiser.zero_grad()
    loss = loss_of(x, label)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(decayed + plain, job["clip"])
    optimiser.step()
    losses.append(loss.item())
print(json.dumps({"losses": losses, "running_var": state["depthwise.running_var"].tolist()}))
