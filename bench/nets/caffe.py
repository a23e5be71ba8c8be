"""Published prototxt files, narrowed, with seeded weights in a .caffemodel, and what Caffe makes of them, in PyTorch.

The texts lie in ../shared/data/prototxt, beside the checkout; without them there are no such nets. Semantics after BVLC Caffe's
layers: pooling rounds up, a window of an average counts the padding but not what lies beyond it, LRN divides alpha by the size.
"""
import re
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

# Nets of their own: the others there are copies, or texts for training without a size.
FILES = ('ResNet_ResNet-50-deploy', 'VGG_CNN_S_deploy', 'age_net_deploy', 'bvlc_alexnet_deploy', 'bvlc_googlenet_deploy',
         'bvlc_reference_caffenet_deploy', 'caffenet-yos-deploy', 'nin_imagenet_deploy', 'open_nsfw_resnet50_deploy',
         'squeezenet_v1.0_deploy', 'squeezenet_v1.1_deploy')
BY = 16


def parse(text):
    """A text as nested lists by name."""
    tokens = iter(re.findall(r'"[^"]*"|[{}]|[^\s{}:]+', re.sub(r'#[^\n]*', '', text)))

    def message():
        out = {}
        for name in tokens:
            if name == '}':
                return out
            value = next(tokens)
            out.setdefault(name, []).append(message() if value == '{' else value.strip('"'))
        return out

    return message()


def narrow(text):
    """With a share of the channels. Groups of 2 still divide what is left."""
    return re.sub(r'num_output:\s*(\d+)', lambda m: f'num_output: {max(2, int(m[1]) // BY // 2 * 2)}', text)


def one(message, name, otherwise=None, kind=str):
    return kind(message[name][0]) if name in message else otherwise


def pair(p, name, short, otherwise):
    """kernel_size or kernel_h and kernel_w; a repeated number is one for each axis."""
    values = [int(v) for v in p.get(name, [])]
    h, w = one(p, f'{short}_h', None, int), one(p, f'{short}_w', None, int)
    if h is not None:
        return h, w
    return (values * 2)[:2] if values else (otherwise, otherwise)


class Caffe(nn.Module):
    def __init__(self, text):
        super().__init__()
        self.net = parse(text)
        self.layers = self.net.get('layer', []) + self.net.get('layers', [])
        shapes = self.net.get('input_shape') or [l['input_param'][0]['shape'][0] for l in self.layers if one(l, 'type') == 'Input']
        dims = shapes[0]['dim'] if shapes else self.net['input_dim']
        self.shape = [int(d) for d in dims[1:4]]
        self.first = one(self.net, 'input') or next(one(l, 'top') for l in self.layers if one(l, 'type') == 'Input')
        # The layer's blobs, by its name; made when a batch first comes by.
        self.blobs = {}

    def double(self):
        for name, blobs in self.blobs.items():
            self.blobs[name] = [b.double() for b in blobs]
        return self

    def blobs_of(self, name, *make):
        if name not in self.blobs:
            self.blobs[name] = [f() for f in make]
        return self.blobs[name]

    def random(self, *shape, scale=1.0):
        return torch.randn(*shape) * scale

    def forward(self, x):
        values = {self.first: x}
        for layer in self.layers:
            kind = one(layer, 'type').replace('_', '').lower()
            if kind == 'input':
                continue
            inputs = [values[b] for b in layer['bottom']]
            values[one(layer, 'top')] = y = self.apply(kind, one(layer, 'name'), layer, inputs)
        self.last = one(layer, 'top')
        return y

    def apply(self, kind, name, layer, xs):
        x = xs[0]
        p = next((layer[k][0] for k in layer if k.endswith('_param') and isinstance(layer[k][0], dict)), {})
        if kind in ('convolution', 'innerproduct'):
            p = layer.get('convolution_param', layer.get('inner_product_param'))[0]
            out, group = one(p, 'num_output', None, int), one(p, 'group', 1, int)
            k = pair(p, 'kernel_size', 'kernel', 1)
            shape = (out, x.shape[1] // group, *k) if kind == 'convolution' else (out, x[0].numel())
            make = [lambda: self.random(*shape)] + ([lambda: self.random(out, scale=0.2)] if one(p, 'bias_term') != 'false' else [])
            how = tuple(pair(p, 'stride', 'stride', 1)), tuple(pair(p, 'pad', 'pad', 0)), one(p, 'dilation', 1, int), group
            product = lambda w, *b: F.linear(x.flatten(1), w, *b) if kind == 'innerproduct' else F.conv2d(x, w, *(b or [None]), *how)
            fresh = name not in self.blobs
            w, *b = self.blobs_of(name, *make)
            if fresh:
                # Outputs of the first batch vary by 1, so that no softmax at the end is saturated.
                w.div_(product(w).std())
            return product(w, *b)
        if kind == 'pooling':
            p = layer['pooling_param'][0]
            k, s, pad = pair(p, 'kernel_size', 'kernel', 0), pair(p, 'stride', 'stride', 1), pair(p, 'pad', 'pad', 0)
            if one(p, 'global_pooling') == 'true':
                k, s = tuple(x.shape[2:]), (1, 1)
            if one(p, 'pool', 'MAX') == 'MAX':
                return F.max_pool2d(x, tuple(k), tuple(s), tuple(pad), ceil_mode=True)
            return F.avg_pool2d(x, tuple(k), tuple(s), tuple(pad), ceil_mode=True)
        if kind == 'lrn':
            p = layer['lrn_param'][0]
            return F.local_response_norm(x, one(p, 'local_size', 5, int), one(p, 'alpha', 1.0, float), one(p, 'beta', 0.75, float), one(p, 'k', 1.0, float))
        if kind == 'batchnorm':
            # Mean and variance are stored times a factor, as Caffe's moving averages are.
            mean, var, factor = self.blobs_of(name, lambda: 0.5 * x.mean((0, 2, 3)), lambda: 0.5 * (x.var((0, 2, 3)) + 0.5 * x.mean((0, 2, 3)) ** 2), lambda: torch.tensor([0.5]))
            eps = one(layer.get('batch_norm_param', [{}])[0], 'eps', 1e-5, float)
            return F.batch_norm(x, mean / factor, var / factor, eps=eps)
        if kind == 'scale':
            c = x.shape[1]
            w, b = self.blobs_of(name, lambda: 1 + self.random(c, scale=0.2), lambda: self.random(c, scale=0.2))
            return x * w.view(-1, 1, 1) + b.view(-1, 1, 1)
        if kind == 'concat':
            return torch.cat(xs, 1)
        if kind == 'eltwise':
            return sum(xs[1:], xs[0])
        if kind == 'softmax':
            return F.softmax(x, 1)
        return {'relu': F.relu, 'dropout': lambda t: t}[kind](x)


def field(number, wire, payload):
    """One field of a protobuf message: length-delimited where `wire` is 2, else a varint."""
    def varint(n):
        out = b''
        while n > 127:
            out, n = out + bytes([n & 127 | 128]), n >> 7
        return out + bytes([n])
    return varint(number << 3 | wire) + (varint(len(payload)) + payload if wire == 2 else varint(payload))


def caffemodel(net):
    """NetParameter: layer = 100 { name = 1, blobs = 7 { data = 5 packed, shape = 7 { dim = 1 } } }."""
    out = b''
    for name, blobs in net.blobs.items():
        body = field(1, 2, name.encode())
        for blob in blobs:
            data = blob.detach().float().contiguous().numpy().tobytes()
            shape = b''.join(field(1, 0, d) for d in blob.shape)
            body += field(7, 2, field(5, 2, data) + field(7, 2, shape))
        out += field(100, 2, body)
    return out


def caffe_nets(data: Path):
    """Name and text of each published net that is there."""
    for name in FILES:
        path = data / 'prototxt' / f'{name}.prototxt'
        if path.exists() and path.stat().st_size > 0:
            yield re.sub(r'[-_]deploy|^bvlc_|^ResNet_', '', name), narrow(path.read_text())
