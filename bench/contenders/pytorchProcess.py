"""PyTorch as a contender of the benchmark, in a process of its own.

Reads requests from stdin and answers on stdout. Either is a message: the length of a JSON header (4 bytes, little endian), the
header, and as many float32 as its `floats` says. `prepare` brings a task (contender.ts) with its weights, input and cotangent one
after the other, and is answered with the milliseconds that it took once they were here; `run` is answered with the result and
with the milliseconds from its start until the result was on the host.

What is measured is what a careful user writes: cuDNN's own choice of algorithm, weights without gradients, for `backward` the
forward pass done once and its graph kept; with --compile, the net under torch.compile.
"""

import argparse
import json
import os
import struct
import sys
import time
import traceback
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F

options = argparse.ArgumentParser()
options.add_argument("--compile", action="store_true")
options.add_argument("--tf32", action="store_true")
args = options.parse_args()

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.backends.cudnn.benchmark = True
torch.backends.cudnn.allow_tf32 = args.tf32
torch.backends.cuda.matmul.allow_tf32 = args.tf32

if args.compile:
    # A graph that is gone through several times must keep what it saved.
    import torch._functorch.config

    torch._functorch.config.donated_buffer = False

# Nothing else may be written to where the answers go, not even by libraries.
answers = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)


def receive():
    length = sys.stdin.buffer.read(4)
    if len(length) < 4:
        return None
    header = json.loads(sys.stdin.buffer.read(struct.unpack("<I", length)[0]))
    floats = np.frombuffer(sys.stdin.buffer.read(4 * header.get("floats", 0)), np.float32)
    return header, floats


def answer(header, floats=np.empty(0, np.float32)):
    text = json.dumps({**header, "floats": floats.size}).encode()
    answers.write(struct.pack("<I", len(text)) + text + floats.tobytes())
    answers.flush()


def padded(x, pad, value=0.0):
    top, left, bottom, right = pad
    return F.pad(x, (left, right, top, bottom), value=value) if any(pad) else x


def window(pad):
    """The pad as pooling and convolution take it by themselves, or None where its sides differ."""
    top, left, bottom, right = pad
    return (top, left) if (top, left) == (bottom, right) else None


def apply(layer, inputs, w, b):
    kind, attrs, x = layer["type"], layer["attrs"], inputs[0]
    if kind == "conv2d":
        own = window(attrs["pad"])
        x = x if own else padded(x, attrs["pad"])
        return F.conv2d(x, w, b, attrs["stride"], own or 0, groups=attrs["group"])
    if kind == "fc":
        return F.linear(x.flatten(1), w, b)
    if kind == "relu":
        return F.relu(x)
    if kind == "maxPool":
        own = window(attrs["pad"])
        x = x if own else padded(x, attrs["pad"], float("-inf"))
        return F.max_pool2d(x, attrs["kernel"], attrs["stride"], own or 0)
    if kind == "avgPool":
        return F.avg_pool2d(padded(x, attrs["pad"]), attrs["kernel"], attrs["stride"])
    if kind == "lrn":
        return F.local_response_norm(x, attrs["size"], attrs["alpha"], attrs["beta"], attrs["k"])
    if kind == "softmax":
        return F.softmax(x, 1)
    if kind == "concat":
        return torch.cat(inputs, 1)
    raise ValueError(f"no rule for '{kind}'")


def net(layers, image, weights):
    blobs = {"data": image}
    for layer in layers:
        own = {role: weights[key] for role, key in layer["weights"].items()}
        blobs[layer["output"]] = apply(layer, [blobs[name] for name in layer["inputs"]], own.get("w"), own.get("b"))
    return blobs[layers[-1]["output"]]


def blur_of(shape, taps):
    """Columns, then rows, over borders that are reflected with the edge."""
    radius, channels = len(taps) // 2, shape[1]
    line = torch.tensor(taps, device=device)
    passes = []
    for axis in (2, 3):
        at = torch.arange(-radius, shape[axis] + radius, device=device)
        at = torch.where(at < 0, -1 - at, torch.where(at >= shape[axis], 2 * shape[axis] - 1 - at, at))
        kernel = line.reshape((1, 1, -1, 1) if axis == 2 else (1, 1, 1, -1)).repeat(channels, 1, 1, 1)
        passes.append((axis, at, kernel))

    def blur(x):
        for axis, at, kernel in passes:
            x = F.conv2d(x.index_select(axis, at), kernel, groups=channels)
        return x

    return blur


def prepare(task, floats):
    """A function that runs the task once and returns its result on the device."""
    sizes = [np.prod(w["shape"], dtype=int) for w in task["weights"]]
    x_size, dy_size = np.prod(task["input"], dtype=int), task["cotangent"]
    parts = np.split(floats, np.cumsum([*sizes, x_size, dy_size])[:-1])
    tensors = [torch.from_numpy(part.copy()).to(device) for part in parts]
    weights = {w["key"]: t.reshape(w["shape"]) for w, t in zip(task["weights"], tensors)}
    x, dy = tensors[-2].reshape(task["input"]), tensors[-1]
    kind, rate = task["kind"], task["rate"]
    if kind in ("blur", "percentile"):
        if args.compile:
            return None
        blur = blur_of(x.shape, task["taps"])
        return lambda: blur(x) if kind == "blur" else torch.quantile(x.flatten(1), task["amount"] / 100, dim=1)
    forward = partial(net, task["layers"])
    if args.compile:
        # What was compiled for other tasks counts towards a limit past which it is not compiled any more.
        torch._dynamo.reset()
        forward = torch.compile(forward, fullgraph=True, dynamic=False)
    if kind == "forward":

        def run():
            with torch.inference_mode():
                return forward(x, weights)

    elif kind == "backward":
        x.requires_grad_()
        y = forward(x, weights)
        dy = dy.reshape(y.shape)
        run = lambda: torch.autograd.grad(y, x, dy, retain_graph=True)[0]
    elif kind == "step":
        image = x

        def run():
            nonlocal image
            v = image.detach().requires_grad_()
            (g,) = torch.autograd.grad(forward(v, weights).flatten(1)[:, task["unit"]].sum(), v)
            image = v.detach() + rate * g
            return image

    elif kind == "train":
        first = weights[task["first"]]
        for w in weights.values():
            w.requires_grad_()

        def run():
            y = forward(x, weights)
            gradients = torch.autograd.grad((y * dy.reshape(y.shape)).sum(), list(weights.values()))
            with torch.no_grad():
                for w, g in zip(weights.values(), gradients):
                    w -= rate * g
            return first

    else:
        return None
    return run


def main():
    name = "PyTorch compiled" if args.compile else "PyTorch eager"
    cuda = device.type == "cuda"
    where = torch.cuda.get_device_name() if cuda else "CPU"
    cudnn = f", cuDNN {torch.backends.cudnn.version()}" if cuda else ""
    answer(
        {
            "name": f"{name}{', TF32' if args.tf32 else ''}",
            "version": f"{torch.__version__}{cudnn}, {where}, {'TF32' if args.tf32 else 'fp32'}",
        }
    )
    run = None
    while (message := receive()) is not None:
        header, floats = message
        try:
            if header["do"] == "prepare":
                start = time.perf_counter()
                run = prepare(header, floats)
                answer({"can": run is not None, "ms": 1000 * (time.perf_counter() - start)})
            elif header["do"] == "run":
                start = time.perf_counter()
                result = run().detach().cpu().contiguous()
                answer({"ms": 1000 * (time.perf_counter() - start)}, result.numpy().reshape(-1))
            else:
                run = None
                if cuda:
                    torch.cuda.empty_cache()
                answer({})
        except Exception as error:
            traceback.print_exc()
            answer({"error": f"{type(error).__name__}: {error}"})


main()
