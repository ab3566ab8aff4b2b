"""What pretrain.py needs of model.py, which is written for an architecture."""

from torch import nn

IN_CHANNELS: int
FEATURES: int

class Encoder(nn.Module): ...

def build() -> Encoder: ...
