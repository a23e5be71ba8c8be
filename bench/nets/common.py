"""What the files of this folder share: the list of nets, seeded weights, narrow copies of published nets."""
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Callable, Optional, Sequence, Tuple

import torch
from torch import nn


@dataclass(frozen=True)
class Net:
    """One architecture, in PyTorch."""
    name: str
    build: Callable[[], nn.Module]
    # Shape of each input, without the batch.
    shapes: Sequence[Tuple[int, ...]]
    # Another height and width that the net takes, where its size is open.
    other: Optional[Tuple[int, int]]
    # Opset and form of the batch, where only these can be exported; else they go in rotation.
    opset: Optional[int]
    form: Optional[str]
    names: Sequence[str] = ('input',)


NETS: list = []


def net(name, build=None, shape=(3, 64, 64), other=None, opset=None, form=None, shapes=None, names=('input',)):
    """Adds a net to the list. As a decorator where no builder is given."""
    def add(make):
        NETS.append(Net(name, make, shapes or [shape], other, opset, form, names))
        return make
    return add if build is None else add(build)


@contextmanager
def thin(by):
    """Makes layers with a share of the channels that are asked for: published code gives a small net of the same graph."""
    conv, norm, linear = nn.Conv2d.__init__, nn.BatchNorm2d.__init__, nn.Linear.__init__

    def less(n):
        return n if n <= 4 else max(1, n // by)

    def thin_conv(self, i, o, *args, groups=1, **more):
        conv(self, less(i), less(o), *args, groups=less(groups), **more)

    def thin_norm(self, n, *args, **more):
        norm(self, less(n), *args, **more)

    def thin_linear(self, i, o, *args, **more):
        linear(self, less(i), less(o), *args, **more)

    nn.Conv2d.__init__, nn.BatchNorm2d.__init__, nn.Linear.__init__ = thin_conv, thin_norm, thin_linear
    try:
        yield
    finally:
        nn.Conv2d.__init__, nn.BatchNorm2d.__init__, nn.Linear.__init__ = conv, norm, linear


def seeded(build, shapes, seed):
    """The net with seeded weights that keep its activations in range, ready for inference."""
    torch.manual_seed(seed)
    model = build()
    with torch.no_grad():
        # What starts as a constant (biases, scales, class tokens) would hide mistakes.
        for name, p in model.named_parameters():
            if p.numel() > 1 and bool((p == p.flatten()[0]).all()):
                base = 1.0 if bool((p != 0).all()) else 0.0
                p.copy_(base + 0.2 * torch.randn_like(p))
        norms = [m for m in model.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
        if norms:
            # Statistics of a batch, so that deep nets neither vanish nor explode.
            for m in norms:
                m.momentum = None
            model.train()
            for m in model.modules():
                if isinstance(m, nn.Dropout):
                    m.eval()
            model(*[torch.randn(8, *s) for s in shapes])
            for m in norms:
                m.momentum = 0.1
                m.running_mean.add_(0.1 * torch.randn_like(m.running_mean) * m.running_var.sqrt())
                m.running_var.mul_(0.8 + 0.4 * torch.rand_like(m.running_var))
                # Channels that hardly vary around a large mean would lose most of float32's digits, in any engine.
                m.running_var.add_(0.2 * m.running_mean ** 2)
    return model.eval()
