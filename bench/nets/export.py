"""Writes nets as exporters write them, with inputs and reference results, for `npm run docs:nets`.

    python3 bench/nets/export.py [--out .cache/nets] [--data ../shared/data] [words of the names wanted]

Needs torch, torchvision and onnx (Debian: python3-torch, python3-torchvision, python3-onnx). Weights and inputs are seeded.
References are PyTorch's own results in float64, of the same weights.
"""
import argparse
import copy
import json
import os
import re
import sys
import traceback
import warnings
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent))
import vision  # noqa: F401,E402
import classifiers  # noqa: F401,E402
import dense  # noqa: F401,E402
from caffe import Caffe, caffe_nets, caffemodel  # noqa: E402
from common import NETS, seeded  # noqa: E402
from dynamo import DYNAMO  # noqa: E402
from graphs import emit  # noqa: E402
from keras import KERAS  # noqa: E402

OPSETS = (11, 13, 17)
FORMS = ('fixed batch 1', 'fixed batch 4', 'open batch', 'open batch and size')


def outputs_of(model, inputs):
    result = model(*inputs)
    return list(result) if isinstance(result, (tuple, list)) else [result]


def grad_of(model, inputs, unit):
    """What one number of the first output owes to the first input."""
    x = inputs[0].clone().requires_grad_(True)
    y = outputs_of(model, [x, *inputs[1:]])[0].flatten()[unit]
    return torch.autograd.grad(y, x)[0]


def nudged(model, seed):
    """A copy whose weights differ by about one rounding to float32."""
    g = torch.Generator().manual_seed(seed)
    other = copy.deepcopy(model)
    with torch.no_grad():
        for p in [*other.parameters(), *(b for blobs in getattr(other, 'blobs', {}).values() for b in blobs)]:
            p.mul_(1 + 1e-7 * torch.randn(p.shape, generator=g, dtype=p.dtype))
    return other


def conditioned(model, wide, shapes):
    """
    A picture, a unit and its gradient. Of several pictures the one where PyTorch in float32, and with weights that differ in float32's
    last digit, agrees best with PyTorch in float64: what a ReLU next to its kink answers says nothing about an engine.
    """
    best = None
    near = [nudged(wide, seed) for seed in range(3)]
    for seed in range(12):
        g = torch.Generator().manual_seed(1000 + seed)
        inputs = [torch.randn(1, *s, generator=g) for s in shapes]
        with torch.no_grad():
            y = outputs_of(wide, [x.double() for x in inputs])[0]
        order = y.flatten().abs().argsort(descending=True)
        for unit in [int(order[0]), int(order[len(order) // 2]), int(order[-1])]:
            exact = grad_of(wide, [x.double() for x in inputs], unit)
            if float(exact.abs().max()) > 0:
                break
        if float(exact.abs().max()) == 0:
            continue
        rounded = grad_of(model, inputs, unit).double()
        error = float((rounded - exact).abs().max() / exact.abs().max().clamp_min(1e-30))
        with torch.no_grad():
            plain = outputs_of(model, inputs)[0].double()
        for other in near:
            moved = grad_of(other, [x.double() for x in inputs], unit)
            error = max(error, float((moved - exact).abs().max() / exact.abs().max()))
        error = max(error, float((plain - y).abs().max() / y.abs().max()))
        if best is None or error < best[0]:
            best = (error, inputs, unit, exact)
        if error < 3e-6:
            break
    return best


def slug(name):
    return re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')


def save(folder, name, tensor):
    array = tensor.detach().numpy() if isinstance(tensor, torch.Tensor) else tensor
    np.save(folder / f'{name}.npy', np.ascontiguousarray(array.astype(np.float32)))
    return f'{name}.npy'


class ChannelsLast(torch.nn.Module):
    """A net whose maps come out as the Keras form of it gives them."""
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        y = self.inner(x)
        return y.permute(0, 2, 3, 1) if y.dim() == 4 else y


def references(folder, model, shapes, other, last=False):
    """Inputs and results of one picture, of three and of another size, as files; says which."""
    wide = copy.deepcopy(model).double()
    error, inputs, unit, gradient = conditioned(model, wide, shapes)
    g = torch.Generator().manual_seed(7)
    turn = (lambda t: t.permute(0, 2, 3, 1) if t.dim() == 4 else t) if last else (lambda t: t)
    runs = []

    def run(kind, xs):
        with torch.no_grad():
            ys = outputs_of(wide, [x.double() for x in xs])
        runs.append({'kind': kind,
                     'inputs': [save(folder, f'{kind}.in{i}', turn(x)) for i, x in enumerate(xs)],
                     'outputs': [save(folder, f'{kind}.out{i}', y) for i, y in enumerate(ys)]})

    run('one', inputs)
    run('three', [torch.cat([x, torch.randn(2, *x.shape[1:], generator=g)]) for x in inputs])
    if other:
        run('size', [torch.randn(1, s[0], *other, generator=g) for s in shapes])
    return {'runs': runs, 'unit': unit, 'gradient': save(folder, 'gradient', turn(gradient)), 'float32_error': error}


def chosen(net, index):
    """Opset and form of a net, in rotation."""
    form = net.form or FORMS[index % len(FORMS)]
    if form == 'open batch and size' and not net.other:
        form = 'open batch'
    if form == 'open batch' and net.other and index % 3 == 0:
        form = 'open batch and size'
    return net.opset or OPSETS[index % len(OPSETS)], form


def all_forms(net):
    """Every opset and form that a net has."""
    for opset in [net.opset] if net.opset else OPSETS:
        for form in [net.form] if net.form else FORMS:
            if net.other or form != 'open batch and size':
                yield opset, form


def export_torch(net, index, folder, opset, form, found=None):
    """Writes the net, and its references unless they were `found` before."""
    model = seeded(net.build, net.shapes, 17 + index)
    batch = 4 if form == 'fixed batch 4' else 1
    # A batch of 2 shows the exporter that it is not a constant.
    example = [torch.randn(batch if form.startswith('fixed') else 2, *s, generator=torch.Generator().manual_seed(3)) for s in net.shapes]
    count = len(outputs_of(model, example))
    names = [f'output{i}' if count > 1 else 'output' for i in range(count)]
    axes = {}
    if form.startswith('open'):
        axes = {n: {0: 'batch', **({2: 'height', 3: 'width'} if form.endswith('size') else {})} for n in net.names}
        axes.update({n: {0: 'batch'} for n in names})
    kept = index % 5 == 2
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        torch.onnx.export(model, tuple(example), str(folder / 'net.onnx'), opset_version=opset, input_names=list(net.names), output_names=names,
                          dynamic_axes=axes, do_constant_folding=index % 7 != 3,
                          training=torch.onnx.TrainingMode.PRESERVE if kept else torch.onnx.TrainingMode.EVAL)
    found = found or references(folder, model, net.shapes, net.other if form.endswith('size') else None)
    return {'name': net.name, 'source': f'torch {torch.__version__.split("a")[0]}', 'opset': opset, 'form': form, 'files': ['net.onnx'],
            'inputs': list(net.names), 'outputs': names, **found}


def export_graph(entry, index, folder, source):
    name, build, shape, opset, batch, how = entry
    other = how.get('other')
    how = {k: v for k, v in how.items() if k != 'other'}
    model = seeded(build, [shape], 500 + index)
    count = emit(model, shape, folder / 'net.onnx', opset, batch, bool(other), **how)
    names = [f'output{i}' for i in range(count)] if count > 1 else ['output']
    last = bool(how.get('last'))
    found = references(folder, ChannelsLast(model) if last else model, [shape], other, last)
    return {'name': name, 'source': source, 'opset': opset, 'form': ('open batch' + ' and size' * bool(other)) if isinstance(batch, str) else f'fixed batch {batch}', 'files': ['net.onnx'],
            'inputs': ['input'], 'outputs': names, 'channelsLast': last, **found}


def export_caffe(name, text, folder):
    net = Caffe(text)
    torch.manual_seed(1)
    with torch.no_grad():
        net(torch.randn(4, *net.shape, generator=torch.Generator().manual_seed(5)))
    (folder / 'net.prototxt').write_text(text)
    (folder / 'net.caffemodel').write_bytes(caffemodel(net))
    found = references(folder, net, [net.shape], None)
    return {'name': name, 'source': 'Caffe', 'form': "the text's own", 'files': ['net.prototxt', 'net.caffemodel'],
            'inputs': [net.first], 'outputs': [net.last], **found}


def every(out, words):
    """Each net of PyTorch in each opset and form: the stress test of an importer, too many for a table."""
    for i, n in enumerate(NETS):
        if words and not any(w.lower() in n.name.lower() for w in words):
            continue
        base = out / slug(n.name)
        base.mkdir(parents=True, exist_ok=True)
        found = references(base, seeded(n.build, n.shapes, 17 + i), n.shapes, n.other)
        beside = lambda files: [f'../{base.name}/{f}' for f in files]
        for opset, form in all_forms(n):
            runs = [{**r, 'inputs': beside(r['inputs']), 'outputs': beside(r['outputs'])} for r in found['runs'] if r['kind'] != 'size' or form.endswith('size')]
            given = {**found, 'runs': runs, 'gradient': f"../{base.name}/{found['gradient']}"}
            name = f'{n.name}, {opset}, {form}'
            yield name, slug(name), lambda folder, i=i, n=n, opset=opset, form=form, given=given: export_torch(n, i, folder, opset, form, given)


def tasks(data):
    """Every net: its name, its folder, and what writes it."""
    for name, text in caffe_nets(data):
        yield f'caffe: {name}', slug(f'caffe {name}'), lambda folder, name=name, text=text: export_caffe(name, text, folder)
    for i, n in enumerate(NETS):
        yield n.name, slug(n.name), lambda folder, i=i, n=n: export_torch(n, i, folder, *chosen(n, i))
    for kind, source, entries in (('dynamo', 'PyTorch, the form of its new exporter', DYNAMO), ('keras', 'Keras, the form of tf2onnx', KERAS)):
        for i, entry in enumerate(entries):
            yield f'{kind}: {entry[0]}', slug(f'{kind} {entry[0]}'), lambda folder, i=i, entry=entry, source=source: export_graph(entry, i, folder, source)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--out', default='.cache/nets')
    parser.add_argument('--data', default='../shared/data')
    parser.add_argument('--every', action='store_true', help='each net of PyTorch in each opset and form')
    parser.add_argument('words', nargs='*', help='only nets whose names contain one of these')
    args = parser.parse_args()
    failed = []
    for name, place, write in every(Path(args.out), args.words) if args.every else tasks(Path(args.data)):
        if args.words and not any(w.lower() in name.lower() for w in args.words):
            continue
        folder = Path(args.out) / place
        folder.mkdir(parents=True, exist_ok=True)
        try:
            entry = write(folder)
        except Exception as error:
            failed.append(f'not exported: {name}: {(str(error).strip() or repr(error)).splitlines()[0]}')
            if args.words:
                traceback.print_exc()
            continue
        (folder / 'net.json').write_text(json.dumps(entry, indent=1))
        print(f"{name}: opset {entry.get('opset', '-')}, {entry['form']}, {os.path.getsize(folder / entry['files'][0]) // 1024} KiB, float32 {entry['float32_error']:.1e}", flush=True)
    print('\n'.join(failed))


if __name__ == '__main__':
    main()
