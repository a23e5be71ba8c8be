"""ONNX graphs as other exporters write them, made from PyTorch modules by torch.fx, so that PyTorch can be their reference.

`dynamo` imitates torch.onnx.export(dynamo=True): flat graphs of opsets 18 to 21 as torch 2.5 and later write them, or nested
model-local functions with attributes, as torch 2.1 to 2.4 do. `keras` imitates tf2onnx: pictures with their channels last, weights
turned or to be turned, everything else as TensorFlow's layers ask for.
"""
import math

import numpy as np
import torch
import torch.fx
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.fx.passes.shape_prop import ShapeProp


class FlattenLast(nn.Module):
    """Keras's Flatten: of the channels-last array."""
    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


class DenseLast(nn.Linear):
    """Keras's Dense on a map: over its last axis, the channels."""
    def forward(self, x):
        return F.linear(x.permute(0, 2, 3, 1), self.weight, self.bias).permute(0, 3, 1, 2)


class NormLast(nn.LayerNorm):
    """Keras's LayerNormalization on a map: over its channels."""
    def forward(self, x):
        return F.layer_norm(x.permute(0, 2, 3, 1), self.normalized_shape, self.weight, self.bias, self.eps).permute(0, 3, 1, 2)


class Same(nn.Module):
    """TensorFlow's padding SAME, which begins later where it is odd."""
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        k, s = self.inner.kernel_size, self.inner.stride
        k, s = [(v, v) if isinstance(v, int) else v for v in (k, s)]
        pads = []
        for axis in (1, 0):
            n = x.shape[2 + axis]
            total = max((math.ceil(n / s[axis]) - 1) * s[axis] + k[axis] - n, 0)
            pads += [total // 2, total - total // 2]
        return self.inner(F.pad(x, pads, value=float('-inf') if isinstance(self.inner, nn.MaxPool2d) else 0.0))


class Attend(nn.Module):
    """Scaled dot product attention on [N, heads, tokens, size]."""
    def forward(self, q, k, v):
        return torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]), -1) @ v


class Tracer(torch.fx.Tracer):
    def is_leaf_module(self, m, name):
        return isinstance(m, (FlattenLast, DenseLast, NormLast, Same, Attend)) or super().is_leaf_module(m, name)


def reference(op, inputs, output, **attrs):
    """A node whose attributes are those of the function that it is in: by name, with a value of their type."""
    node = helper.make_node(op, inputs, [output])
    for name, (outer, value) in attrs.items():
        a = helper.make_attribute(name, value)
        a.ref_attr_name = outer
        for kind in ('i', 'f', 's', 't', 'ints', 'floats'):
            a.ClearField(kind)
        node.attribute.append(a)
    return node


class Graph:
    """The nodes so far, and how an exporter names what it writes."""
    def __init__(self, opset, last=False, wrapped=False, folded=False, functions=False):
        self.opset, self.last, self.wrapped, self.folded, self.use_functions = opset, last, wrapped, folded, functions
        self.nodes, self.initializers, self.functions, self.count = [], [], {}, 0

    def fresh(self, hint='val'):
        self.count += 1
        return f'StatefulPartitionedCall/model/{hint}/{self.count}:0' if self.last else f'{hint}_{self.count}'

    def constant(self, array, hint='const'):
        name = self.fresh(hint)
        array = array.detach().numpy() if isinstance(array, torch.Tensor) else np.asarray(array)
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        if self.use_functions or (not self.last and array.dtype == np.int64 and self.count % 2):
            self.nodes.append(helper.make_node('Constant', [], [name], value=numpy_helper.from_array(array)))
        else:
            self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, op, inputs, outputs=1, hint=None, domain='', **attrs):
        names = [self.fresh(hint or op.lower()) for _ in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, names, name=f'node_{op}_{self.count}', domain=domain, **attrs))
        return names[0] if outputs == 1 else names

    def call(self, op, inputs, **attrs):
        """An operator, or a model-local function that wraps it and takes its attributes by reference."""
        if not self.use_functions:
            return self.add(op, inputs, **attrs)
        inner, outer = 'pkg.onnxscript.torch_lib', 'pkg.torch.2.3.0'
        key = f'aten_{op.lower()}_{len(inputs)}'
        ports = [f'in_{i}' for i in range(len(inputs))]
        if key not in self.functions:
            node = reference(op, ports, 'return_val', **{name: (name, value) for name, value in attrs.items()})
            self.functions[key] = helper.make_function(inner, key, ports, ['return_val'], [node], [helper.make_opsetid('', self.opset)], list(attrs))
        module = f'torch_nn_modules_{op.lower()}_{len(self.functions)}'
        body = helper.make_node(key, ports, ['y'], name='call', domain=inner, **attrs)
        self.functions[module] = helper.make_function(outer, module, ports, ['y'], [body], [helper.make_opsetid(inner, 1)], [])
        return self.add(module, inputs, hint=op.lower(), domain=outer)

    def library(self, name, ports, body, *imports, attributes=()):
        """A function of the exporter's library, written once. `body` gives its nodes, which make `return_val`."""
        domain = 'pkg.onnxscript.torch_lib' if name.startswith('aten') else 'pkg.onnxscript.torch_lib.common'
        if name not in self.functions:
            opsets = [helper.make_opsetid('', self.opset)] + [helper.make_opsetid(d, 1) for d in imports]
            self.functions[name] = helper.make_function(domain, name, ports, ['return_val'], body(), opsets, list(attributes))
        return domain

    def aten(self, name, inputs, body, **attrs):
        """A call of one. Its nodes reach attributes by reference, and ask the rank of their input first, as torchlib's do."""
        common = 'pkg.onnxscript.torch_lib.common'
        self.library('Rank', ['in_0'], lambda: [helper.make_node('Shape', ['in_0'], ['s']), helper.make_node('Size', ['s'], ['return_val'])])
        self.library('IsScalar', ['in_0'], lambda: [helper.make_node('Rank', ['in_0'], ['r'], domain=common), helper.make_node('Constant', [], ['zero'], value_int=0),
                                                    helper.make_node('Equal', ['r', 'zero'], ['return_val'])], common)
        ports = [f'in_{i}' for i in range(len(inputs))]
        domain = self.library(name, ports, body, common, attributes=attrs)
        return self.add(name, inputs, hint=name, domain=domain, **attrs)

    def unless_scalar(self, *nodes):
        """If the input has no axes it is the result, else what the nodes make of it."""
        def branch(name, nodes, out):
            return helper.make_graph(nodes, name, [], [helper.make_tensor_value_info(out, TensorProto.FLOAT, None)])
        return [helper.make_node('IsScalar', ['in_0'], ['scalar'], domain='pkg.onnxscript.torch_lib.common'),
                helper.make_node('If', ['scalar'], ['return_val'], then_branch=branch('then', [helper.make_node('Identity', ['in_0'], ['result_0'])], 'result_0'),
                                 else_branch=branch('else', list(nodes), 'result_1'))]

    def mean(self, x, axes, keep):
        if self.use_functions:
            return self.aten('aten_mean_dim', [x, self.constant(np.array(axes, np.int64))],
                             lambda: self.unless_scalar(reference('ReduceMean', ['in_0', 'in_1'], 'result_1', keepdims=('keepdim', int(keep)))), keepdim=int(keep))
        if self.opset >= 18:
            return self.add('ReduceMean', [x, self.constant(np.array(axes, np.int64))], keepdims=int(keep), noop_with_empty_axes=0)
        return self.add('ReduceMean', [x], axes=list(axes), keepdims=int(keep))

    def reshape(self, x, shape):
        """The batch is computed from the picture's, as dynamo does, or is -1, as in Keras."""
        rest = [int(d) for d in shape[1:]]
        if self.last:
            return self.add('Reshape', [x, self.constant(np.array([-1, *rest], np.int64))])
        batch = self.add('Shape', ['input'], start=0, end=1)
        return self.add('Reshape', [x, self.add('Concat', [batch, self.constant(np.array(rest, np.int64))], axis=0)], allowzero=1)


class Emitter(torch.fx.Interpreter):
    """Walks a traced module and writes a graph. Values are names; `last` graphs that are wrapped hold their maps channels last."""
    def __init__(self, traced, graph):
        super().__init__(traced)
        self.g, self.index = graph, 0

    def shape(self, node):
        return tuple(node.meta['tensor_meta'].shape)

    # In a wrapped graph each layer that wants its channels first is between two transposes.
    def first(self, x):
        return self.g.add('Transpose', [x], perm=[0, 3, 1, 2]) if self.g.wrapped else x

    def back(self, y):
        return self.g.add('Transpose', [y], perm=[0, 2, 3, 1]) if self.g.wrapped else y

    def axis(self, axis, rank=4):
        axis %= rank
        return {0: 0, 1: 3, 2: 1, 3: 2}[axis] if self.g.wrapped and rank == 4 else axis

    def emit(self):
        g, env = self.g, {}
        for node in self.module.graph.nodes:
            self.node = node
            args = torch.fx.node.map_arg(node.args, lambda n: env[n])
            if node.op == 'placeholder':
                env[node] = g.add('Transpose', ['input'], perm=[0, 3, 1, 2], hint='transpose') if g.last and not g.wrapped else 'input'
            elif node.op == 'get_attr':
                value = self.fetch_attr(node.target)
                value = value.permute(0, 2, 3, 1) if g.wrapped and value.dim() == 4 else value
                env[node] = g.constant(value, node.target.split('.')[-1])
            elif node.op == 'call_module':
                env[node] = self.layer(self.fetch_attr(node.target), *args)
            elif node.op == 'output':
                out = args[0] if isinstance(args[0], (tuple, list)) else [args[0]]
                for i, o in enumerate(out):
                    if g.last and not g.wrapped and len(self.shape(self.of(node, i))) == 4:
                        o = g.add('Transpose', [o], perm=[0, 2, 3, 1])
                    g.nodes.append(helper.make_node('Identity', [o], [f'output{i}' if len(out) > 1 else 'output'], name=f'out{i}'))
                return len(out)
            else:
                name = node.target if isinstance(node.target, str) else node.target.__name__
                env[node] = getattr(self, 'f_' + name)(*args, **node.kwargs)

    @staticmethod
    def of(node, i):
        return node.args[0][i] if isinstance(node.args[0], (tuple, list)) else node.args[0]

    def layer(self, m, *xs):
        g, x = self.g, xs[0]
        if isinstance(m, Same):
            return self.layer_same(m.inner, x)
        if isinstance(m, nn.Conv2d):
            return self.convolution(m, x, pads=[m.padding[0], m.padding[1]] * 2)
        if isinstance(m, nn.ConvTranspose2d):
            w, more = g.constant(m.weight, 'kernel'), [g.constant(m.bias, 'bias')] if m.bias is not None else []
            return self.back(g.add('ConvTranspose', [self.first(x), w, *more], strides=list(m.stride), pads=[*m.padding] * 2, output_padding=list(m.output_padding), dilations=list(m.dilation), group=m.groups))
        if isinstance(m, nn.BatchNorm2d):
            if g.folded:
                scale = m.weight / torch.sqrt(m.running_var + m.eps)
                shape = (1, 1, 1, -1) if g.wrapped else (1, -1, 1, 1)
                y = g.add('Mul', [x, g.constant(scale.reshape(shape))])
                return g.add('Add', [y, g.constant((m.bias - m.running_mean * scale).reshape(shape))])
            stats = [g.constant(t, h) for t, h in ((m.weight, 'gamma'), (m.bias, 'beta'), (m.running_mean, 'moving_mean'), (m.running_var, 'moving_variance'))]
            return self.back(g.call('BatchNormalization', [self.first(x), *stats], epsilon=m.eps))
        if isinstance(m, DenseLast):
            y = x if g.wrapped else g.add('Transpose', [x], perm=[0, 2, 3, 1])
            y = g.add('Add', [g.add('MatMul', [y, g.constant(m.weight.t(), 'kernel')]), g.constant(m.bias, 'bias')])
            return y if g.wrapped else g.add('Transpose', [y], perm=[0, 3, 1, 2])
        if isinstance(m, nn.Linear):
            if len(self.shape(self.node)) == 2 and not g.last:
                return g.call('Gemm', [x, g.constant(m.weight, 'weight'), g.constant(m.bias, 'bias')], alpha=1.0, beta=1.0, transB=1)
            y = g.add('MatMul', [x, g.constant(m.weight.t(), 'kernel')])
            return g.add('Add', [y, g.constant(m.bias, 'bias')]) if m.bias is not None else y
        if isinstance(m, FlattenLast):
            y = x if g.wrapped else g.add('Transpose', [x], perm=[0, 2, 3, 1])
            return g.reshape(y, self.shape(self.node))
        if isinstance(m, NormLast):
            return self.norm_last(m, x)
        if isinstance(m, nn.LayerNorm):
            return g.call('LayerNormalization', [x, g.constant(m.weight), g.constant(m.bias)], axis=-len(m.normalized_shape), epsilon=m.eps, stash_type=1)
        if isinstance(m, nn.GroupNorm):
            return self.group_norm(m, x)
        if isinstance(m, nn.InstanceNorm2d):
            return g.call('InstanceNormalization', [x, g.constant(m.weight), g.constant(m.bias)], epsilon=m.eps)
        if isinstance(m, Attend):
            q, k, v = xs
            size = self.shape(self.node)[-1]
            scale = g.add('Sqrt', [g.constant(np.float32(1 / math.sqrt(size)))])
            if g.use_functions:
                scores = g.add('MatMul', [g.add('Mul', [q, scale]), g.add('Mul', [g.add('Transpose', [k], perm=[0, 1, 3, 2]), scale])])
                a = g.aten('aten_softmax_no_dtype', [scores], lambda: g.unless_scalar(reference('Softmax', ['in_0'], 'result_1', axis=('dim', -1))), dim=-1)
                return g.add('MatMul', [a, v])
            scores = g.add('MatMul', [g.add('Mul', [q, scale]), g.add('Mul', [g.add('Transpose', [k], perm=[0, 1, 3, 2]), scale])])
            return g.add('MatMul', [g.add('Softmax', [scores], axis=-1), v])
        if isinstance(m, nn.MaxPool2d):
            k, s, p = [(v, v) if isinstance(v, int) else v for v in (m.kernel_size, m.stride, m.padding)]
            return self.back(g.add('MaxPool', [self.first(x)], kernel_shape=list(k), strides=list(s), pads=[*p, *p], ceil_mode=int(m.ceil_mode), **({'dilations': [1, 1]} if g.opset >= 18 else {})))
        if isinstance(m, nn.AvgPool2d):
            k, s, p = [(v, v) if isinstance(v, int) else v for v in (m.kernel_size, m.stride, m.padding)]
            return self.back(g.add('AveragePool', [self.first(x)], kernel_shape=list(k), strides=list(s), pads=[*p, *p], count_include_pad=int(m.count_include_pad)))
        if isinstance(m, (nn.ZeroPad2d, nn.ReflectionPad2d, nn.ConstantPad2d)):
            return self.pad(x, m.padding, 'reflect' if isinstance(m, nn.ReflectionPad2d) else 'constant')
        if isinstance(m, nn.Upsample):
            return self.resize(x, m.mode, m.scale_factor)
        if isinstance(m, nn.PixelShuffle):
            return self.pixel_shuffle(x, m.upscale_factor)
        if isinstance(m, nn.Dropout):
            return x
        return self.activation(m, x)

    def activation(self, m, x):
        g = self.g
        if isinstance(m, nn.ReLU6):
            return g.add('Clip', [x, g.constant(np.float32(0)), g.constant(np.float32(6))])
        if isinstance(m, nn.SiLU):
            return g.add('Mul', [x, g.add('Sigmoid', [x])])
        if isinstance(m, nn.GELU):
            if g.opset >= 20:
                return g.call('Gelu', [x], approximate='tanh' if m.approximate == 'tanh' else 'none')
            e = g.add('Erf', [g.add('Div', [x, g.constant(np.float32(math.sqrt(2)))])])
            return g.add('Mul', [g.add('Mul', [x, g.constant(np.float32(0.5))]), g.add('Add', [e, g.constant(np.float32(1))])])
        if isinstance(m, nn.Hardswish):
            y = g.add('Clip', [g.add('Add', [x, g.constant(np.float32(3))]), g.constant(np.float32(0)), g.constant(np.float32(6))])
            return g.add('Mul', [x, g.add('Mul', [y, g.constant(np.float32(1 / 6))])]) if g.last else g.call('HardSwish', [x])
        if isinstance(m, nn.Softmax):
            return g.add('Softmax', [x], axis=self.axis(m.dim, len(self.shape(self.node))))
        if isinstance(m, nn.LeakyReLU):
            return g.call('LeakyRelu', [x], alpha=m.negative_slope)
        return g.call({'ReLU': 'Relu', 'Sigmoid': 'Sigmoid', 'Tanh': 'Tanh', 'Mish': 'Mish'}[type(m).__name__], [x])

    def convolution(self, m, x, **how):
        g = self.g
        if g.wrapped:
            # TensorFlow's kernels are HWIO, and HWC1 where they are depthwise.
            w = g.constant(m.weight.permute(2, 3, 1, 0), 'kernel')
            w = g.add('Transpose', [w], perm=[3, 2, 0, 1])
        else:
            w = g.constant(m.weight, 'kernel' if g.last else 'weight')
        bias = [g.constant(m.bias, 'bias')] if m.bias is not None else []
        return self.back(g.call('Conv', [self.first(x), w, *bias], strides=list(m.stride), dilations=list(m.dilation), group=m.groups, **how))

    def layer_same(self, m, x):
        g = self.g
        if isinstance(m, nn.Conv2d):
            return self.convolution(m, x, auto_pad='SAME_UPPER')
        k, s = [(v, v) if isinstance(v, int) else v for v in (m.kernel_size, m.stride)]
        return self.back(g.add('MaxPool', [self.first(x)], kernel_shape=list(k), strides=list(s), auto_pad='SAME_UPPER'))

    def norm_last(self, m, x):
        g = self.g
        axis = [3] if g.wrapped else [1]
        shape = (-1,) if g.wrapped else (-1, 1, 1)
        mean = g.mean(x, axis, True)
        centred = g.add('Sub', [x, mean])
        var = g.mean(g.add('Mul', [centred, centred]), axis, True)
        inv = g.add('Reciprocal', [g.add('Sqrt', [g.add('Add', [var, g.constant(np.float32(m.eps))])])])
        y = g.add('Mul', [centred, g.add('Mul', [inv, g.constant(m.weight.reshape(shape), 'gamma')])])
        return g.add('Add', [y, g.constant(m.bias.reshape(shape), 'beta')])

    def group_norm(self, m, x):
        g = self.g
        n, c, h, w = self.shape(self.node)
        if g.opset >= 21:
            return g.call('GroupNormalization', [x, g.constant(m.weight), g.constant(m.bias)], num_groups=m.num_groups, epsilon=m.eps)
        y = g.reshape(x, (n, m.num_groups, c // m.num_groups * h * w))
        y = g.add('InstanceNormalization', [y, g.constant(np.ones(m.num_groups, np.float32)), g.constant(np.zeros(m.num_groups, np.float32))], epsilon=m.eps)
        y = g.add('Reshape', [y, g.add('Shape', [x])], allowzero=1)
        return g.add('Add', [g.add('Mul', [y, g.constant(m.weight.reshape(-1, 1, 1))]), g.constant(m.bias.reshape(-1, 1, 1))])

    def pad(self, x, padding, mode):
        g = self.g
        l, r, t, b = padding
        if g.opset >= 18:
            return g.add('Pad', [x, g.constant(np.array([t, l, b, r], np.int64)), '' if mode == 'reflect' else g.constant(np.float32(0)), g.constant(np.array([2, 3], np.int64))], mode=mode)
        pads = [0, t, l, 0, 0, b, r, 0] if g.wrapped else [0, 0, t, l, 0, 0, b, r]
        return g.add('Pad', [x, g.constant(np.array(pads, np.int64))], mode=mode)

    def resize(self, x, mode, factor):
        g = self.g
        attrs = {'mode': 'nearest', 'coordinate_transformation_mode': 'asymmetric', 'nearest_mode': 'floor'} if mode == 'nearest' else {'mode': 'linear', 'coordinate_transformation_mode': 'half_pixel'}
        if g.opset >= 18:
            return g.add('Resize', [x, '', g.constant(np.array([factor, factor], np.float32))], axes=[2, 3], antialias=0, keep_aspect_ratio_policy='stretch', **attrs)
        return self.back(g.add('Resize', [self.first(x), '', g.constant(np.array([1, 1, factor, factor], np.float32))], **attrs))

    def pixel_shuffle(self, x, r):
        g = self.g
        n, c, h, w = self.shape(self.node)
        y = g.add('Transpose', [g.reshape(x, (n, c, r, r, h // r, w // r))], perm=[0, 1, 4, 2, 5, 3])
        return g.reshape(y, (n, c, h, w))

    # Functions and methods, by their names in Python.
    def binary(self, op, a, b):
        as_input = lambda v: v if isinstance(v, str) else self.g.constant(np.float32(v))
        return self.g.add(op, [as_input(a), as_input(b)])

    def f_add(self, a, b):
        if self.g.use_functions:
            return self.g.aten('aten_add', [a, b], lambda: [
                reference('Constant', [], 'alpha', value_float=('alpha', 1.0)), helper.make_node('CastLike', ['alpha', 'in_1'], ['like']),
                helper.make_node('Mul', ['in_1', 'like'], ['scaled']), helper.make_node('Add', ['in_0', 'scaled'], ['return_val'])], alpha=1.0)
        return self.binary('Add', a, b)

    def f_mul(self, a, b):
        return self.binary('Mul', a, b)

    def f_sub(self, a, b):
        return self.binary('Sub', a, b)

    def f_truediv(self, a, b):
        return self.binary('Div', a, b)

    def f_matmul(self, a, b):
        return self.binary('MatMul', a, b)

    def f_flatten(self, x, start=1):
        return self.g.reshape(x, self.shape(self.node))

    def f_reshape(self, x, *shape):
        return self.g.reshape(x, self.shape(self.node))

    f_view = f_reshape

    def f_permute(self, x, *perm):
        if self.g.use_functions:
            return self.g.aten('aten_permute', [x], lambda: self.g.unless_scalar(reference('Transpose', ['in_0'], 'result_1', perm=('dims', [0]))), dims=list(perm))
        return self.g.add('Transpose', [x], perm=list(perm))

    def f_mean(self, x, dims, keepdim=False):
        rank = len(self.shape(self.node.args[0]))
        dims = [dims] if isinstance(dims, int) else dims
        return self.g.mean(x, sorted(self.axis(d, rank) for d in dims), keepdim)

    def f_cat(self, xs, dim):
        return self.g.add('Concat', list(xs), axis=self.axis(dim, len(self.shape(self.node))))

    def f_chunk(self, x, count, dim):
        names = self.g.add('Split', [x], outputs=count, axis=dim, num_outputs=count)
        return tuple(names)

    def f_getitem(self, x, index):
        if isinstance(index, int):
            return x[index]
        g = self.g
        starts, ends, axes, steps, drop = [], [], [], [], []
        for axis, i in enumerate(index):
            if isinstance(i, int):
                starts, ends, axes, steps, drop = [*starts, i], [*ends, i + 1], [*axes, axis], [*steps, 1], [*drop, axis]
            elif i != slice(None):
                starts, ends, axes, steps = [*starts, i.start or 0], [*ends, 2 ** 63 - 1 if i.stop is None else i.stop], [*axes, axis], [*steps, i.step or 1]
        y = g.add('Slice', [x, *[g.constant(np.array(v, np.int64)) for v in (starts, ends, axes, steps)]])
        return g.add('Squeeze', [y, g.constant(np.array(drop, np.int64))]) if drop else y

    def f_normalize(self, x, dim=1, **_):
        g = self.g
        norm = g.add('ReduceL2', [x, g.constant(np.array([dim], np.int64))], keepdims=1) if g.opset >= 18 else g.add('ReduceL2', [x], axes=[dim], keepdims=1)
        norm = g.add('Clip', [norm, g.constant(np.float32(1e-12))]) if g.opset >= 18 else g.add('Max', [norm, g.constant(np.float32(1e-12))])
        return g.add('Div', [x, norm])

    def f_relu(self, x, **_):
        return self.g.call('Relu', [x])

    def f_sigmoid(self, x):
        return self.g.call('Sigmoid', [x])


def emit(model, shape, path, opset, batch='batch', sized=False, **how):
    """Writes `model` for a picture of `shape` [C, H, W] to `path`, with open height and width where it is `sized`. Returns how many outputs there are."""
    traced = torch.fx.GraphModule(model, Tracer().trace(model))
    ShapeProp(traced).propagate(torch.zeros(1, *shape))
    graph = Graph(opset, **how)
    with torch.no_grad():
        count = Emitter(traced, graph).emit()
    maps = ['h', 'w'] if sized else list(shape[1:])
    size = [batch, *((*maps, shape[0]) if graph.last else (shape[0], *maps))]
    inputs = [helper.make_tensor_value_info('input', TensorProto.FLOAT, size)]
    outputs = [helper.make_tensor_value_info(f'output{i}' if count > 1 else 'output', TensorProto.FLOAT, None) for i in range(count)]
    made = helper.make_graph(graph.nodes, 'tf2onnx' if graph.last else 'main_graph', inputs, outputs, graph.initializers)
    opsets = [helper.make_opsetid('', opset)]
    if graph.functions:
        opsets += [helper.make_opsetid('pkg.onnxscript.torch_lib', 1), helper.make_opsetid('pkg.torch.2.3.0', 1), helper.make_opsetid('pkg.onnxscript.torch_lib.common', 1)]
    whole = helper.make_model(made, opset_imports=opsets, functions=list(graph.functions.values()), producer_name='tf2onnx' if graph.last else 'pytorch')
    whole.ir_version = 7 if graph.last else 8 if opset < 19 else 10
    path.write_bytes(whole.SerializeToString())
    return count
