"""Classifiers and embeddings as people write them, after timm and the papers' code."""
import math

import torch
import torch.nn.functional as F
from torch import nn

from common import net


def conv(i, o, k=3, s=1, g=1, act=nn.ReLU, bias=False):
    return nn.Sequential(nn.Conv2d(i, o, k, s, k // 2, groups=g, bias=bias), nn.BatchNorm2d(o), *([act()] if act else []))


class Attention(nn.Module):
    """timm's: one product for queries, keys and values, unbound."""
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.scale = heads, (dim // heads) ** -0.5
        self.qkv, self.proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)

    def forward(self, x):
        B, N, C = x.shape
        q, k, v = self.qkv(x).reshape(B, N, 3, self.heads, C // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        attn = ((q @ k.transpose(-2, -1)) * self.scale).softmax(dim=-1)
        return self.proj((attn @ v).transpose(1, 2).reshape(B, N, C))


class Block(nn.Module):
    def __init__(self, dim, heads, token_mixer=None):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attn = token_mixer or Attention(dim, heads)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


@net('ViT (timm), class token and position interpolation', other=(96, 64))
class DynamicViT(nn.Module):
    def __init__(self, dim=24, grid=4, tokens=1):
        super().__init__()
        self.grid, self.tokens = grid, tokens
        self.patch = nn.Conv2d(3, dim, 16, 16)
        self.cls = nn.Parameter(0.1 * torch.randn(1, tokens, dim))
        self.pos = nn.Parameter(0.1 * torch.randn(1, tokens + grid * grid, dim))
        self.blocks = nn.Sequential(Block(dim, 3), Block(dim, 3))
        self.norm = nn.LayerNorm(dim)
        self.heads = nn.ModuleList(nn.Linear(dim, 10) for _ in range(tokens))

    def forward(self, x):
        x = self.patch(x)
        B, C, H, W = x.shape
        grid = self.pos[:, self.tokens:].reshape(1, self.grid, self.grid, -1).permute(0, 3, 1, 2)
        grid = F.interpolate(grid, size=(H, W), mode='bicubic', align_corners=False).permute(0, 2, 3, 1).reshape(1, H * W, -1)
        x = torch.cat([self.cls.expand(B, -1, -1), x.flatten(2).transpose(1, 2)], 1)
        x = self.norm(self.blocks(x + torch.cat([self.pos[:, :self.tokens], grid], 1)))
        outs = [h(x[:, i]) for i, h in enumerate(self.heads)]
        return sum(outs) / len(outs)


net('DeiT, distilled (two tokens)', lambda: DynamicViT(tokens=2), other=(96, 64))


class ViTGap(DynamicViT):
    """No class token: mean over the patches (SigLIP, I-JEPA)."""
    def __init__(self):
        super().__init__(tokens=0)
        self.fc = nn.Linear(24, 10)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2) + self.pos
        return self.fc(self.norm(self.blocks(x)).mean(1))


net('ViT without class token', ViTGap)


class TokenMlp(nn.Module):
    def __init__(self, tokens):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(tokens, 20), nn.GELU(), nn.Linear(20, tokens))

    def forward(self, x):
        return self.mlp(x.transpose(1, 2)).transpose(1, 2)


class Tokens(nn.Module):
    def forward(self, x):
        return x.flatten(2).transpose(1, 2)


class Mean(nn.Module):
    def __init__(self, dims, keep=False):
        super().__init__()
        self.dims, self.keep = dims, keep

    def forward(self, x):
        return x.mean(self.dims, keepdim=self.keep)


net('MLP-Mixer', lambda: nn.Sequential(nn.Conv2d(3, 24, 16, 16), Tokens(), Block(24, 1, TokenMlp(16)), Block(24, 1, TokenMlp(16)), nn.LayerNorm(24), Mean(1), nn.Linear(24, 10)))


class LayerNorm2d(nn.LayerNorm):
    def forward(self, x):
        return F.layer_norm(x.permute(0, 2, 3, 1), self.normalized_shape, self.weight, self.bias, self.eps).permute(0, 3, 1, 2)


class ChannelsFirstNorm(nn.Module):
    """ConvNeXt's own form, of means and squares."""
    def __init__(self, c):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(c)), nn.Parameter(torch.zeros(c))

    def forward(self, x):
        u = x.mean(1, keepdim=True)
        s = (x - u).pow(2).mean(1, keepdim=True)
        return self.weight[:, None, None] * ((x - u) / torch.sqrt(s + 1e-6)) + self.bias[:, None, None]


class NextBlock(nn.Module):
    def __init__(self, c, grn=False):
        super().__init__()
        self.dw, self.norm = nn.Conv2d(c, c, 7, padding=3, groups=c), nn.LayerNorm(c)
        self.up, self.down = nn.Linear(c, 3 * c), nn.Linear(3 * c, c)
        self.gamma = nn.Parameter(torch.ones(c))
        self.grn = nn.Parameter(torch.ones(3 * c)) if grn else None

    def forward(self, x):
        y = F.gelu(self.up(self.norm(self.dw(x).permute(0, 2, 3, 1))))
        if self.grn is not None:
            g = torch.norm(y, p=2, dim=(1, 2), keepdim=True)
            y = self.grn * (y * (g / (g.mean(dim=-1, keepdim=True) + 1e-6))) + y
        return x + (self.gamma * self.down(y)).permute(0, 3, 1, 2)


def next_net(grn):
    return lambda: nn.Sequential(nn.Conv2d(3, 12, 4, 4), ChannelsFirstNorm(12), NextBlock(12, grn), LayerNorm2d(12), nn.Conv2d(12, 20, 2, 2),
                                 NextBlock(20, grn), Mean([-2, -1]), nn.LayerNorm(20), nn.Linear(20, 10))


net('ConvNeXt, the paper\'s code', next_net(False), other=(96, 72))
net('ConvNeXt V2 (global response normalization)', next_net(True), other=(96, 72))


class StdConv2d(nn.Conv2d):
    """Weight standardization, of timm: computed in the net."""
    def forward(self, x):
        w = F.batch_norm(self.weight.reshape(1, self.out_channels, -1), None, None, training=True, momentum=0.0, eps=1e-6).reshape_as(self.weight)
        return F.conv2d(x, w, self.bias, self.stride, self.padding, self.dilation, self.groups)


class BitConv2d(nn.Conv2d):
    """Weight standardization, of BiT."""
    def forward(self, x):
        v, m = torch.var_mean(self.weight, dim=[1, 2, 3], keepdim=True, unbiased=False)
        return F.conv2d(x, (self.weight - m) / torch.sqrt(v + 1e-10), self.bias, self.stride, self.padding, self.dilation, self.groups)


class PreAct(nn.Module):
    def __init__(self, i, o, s, kind):
        super().__init__()
        self.n1, self.n2 = nn.GroupNorm(4, i), nn.GroupNorm(4, o)
        self.c1, self.c2 = kind(i, o, 3, s, 1, bias=False), kind(o, o, 3, 1, 1, bias=False)
        self.short = kind(i, o, 1, s, bias=False) if s > 1 or i != o else None

    def forward(self, x):
        y = F.relu(self.n1(x))
        short = self.short(y) if self.short is not None else x
        return short + self.c2(F.relu(self.n2(self.c1(y))))


def resnet_v2(kind):
    return lambda: nn.Sequential(kind(3, 8, 7, 2, 3, bias=False), nn.ConstantPad2d(1, 0.0), nn.MaxPool2d(3, 2), PreAct(8, 8, 1, kind), PreAct(8, 16, 2, kind),
                                 nn.GroupNorm(4, 16), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Conv2d(16, 10, 1), nn.Flatten())


net('ResNetV2 with weight standardization (BiT)', resnet_v2(BitConv2d), other=(96, 80))
net('ResNetV2 with weight standardization (batch_norm)', resnet_v2(StdConv2d), other=(96, 80), form='fixed batch 1')


class SE(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(c, 4), nn.ReLU(), nn.Linear(4, c), nn.Sigmoid())

    def forward(self, x):
        b, c, _, _ = x.size()
        return x * self.fc(F.adaptive_avg_pool2d(x, 1).view(b, c)).view(b, c, 1, 1).expand_as(x)


class ECA(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 3, padding=1, bias=False)

    def forward(self, x):
        y = self.conv(x.mean((2, 3), keepdim=True).squeeze(-1).transpose(-1, -2)).transpose(-1, -2).unsqueeze(-1)
        return x * torch.sigmoid(y)


class CBAM(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.mlp = nn.Sequential(nn.Conv2d(c, 4, 1), nn.ReLU(), nn.Conv2d(4, c, 1))
        self.conv = nn.Conv2d(2, 1, 7, padding=3)

    def forward(self, x):
        x = x * torch.sigmoid(self.mlp(F.adaptive_avg_pool2d(x, 1)) + self.mlp(F.adaptive_max_pool2d(x, 1)))
        y = torch.cat([x.mean(1, keepdim=True), x.max(1, keepdim=True)[0]], 1)
        return x * torch.sigmoid(self.conv(y))


class NonLocal(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.t, self.p, self.g, self.o = nn.Conv2d(c, 4, 1), nn.Conv2d(c, 4, 1), nn.Conv2d(c, 4, 1), nn.Conv2d(4, c, 1)

    def forward(self, x):
        n, _, h, w = x.shape
        t = self.t(x).view(n, 4, -1).permute(0, 2, 1)
        f = torch.matmul(t, F.max_pool2d(self.p(x), 2).view(n, 4, -1)).softmax(-1)
        y = torch.matmul(f, F.max_pool2d(self.g(x), 2).view(n, 4, -1).permute(0, 2, 1))
        return x + self.o(y.permute(0, 2, 1).contiguous().view(n, 4, h, w))


class GlobalContext(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.k, self.mlp = nn.Conv2d(c, 1, 1), nn.Sequential(nn.Conv2d(c, 4, 1), LayerNorm2d(4), nn.ReLU(), nn.Conv2d(4, c, 1))

    def forward(self, x):
        b, c, h, w = x.shape
        a = self.k(x).reshape(b, 1, h * w).softmax(-1)
        return x + self.mlp(torch.bmm(x.reshape(b, c, h * w), a.transpose(1, 2)).reshape(b, c, 1, 1))


class Gather(nn.Module):
    """Criss-cross-like attention by einsum."""
    def __init__(self, c):
        super().__init__()
        self.q, self.k = nn.Conv2d(c, 4, 1), nn.Conv2d(c, 4, 1)

    def forward(self, x):
        rows = torch.einsum('nchw,nchv->nhwv', self.q(x), self.k(x)).softmax(-1)
        return x + torch.einsum('nhwv,nchv->nchw', rows, x)


class Residual(nn.Module):
    def __init__(self, c, attention):
        super().__init__()
        self.body, self.attention = nn.Sequential(conv(c, c), conv(c, c, act=None)), attention(c)

    def forward(self, x):
        return F.relu(x + self.attention(self.body(x)))


for name, attention in [('SE-ResNet', SE), ('ECA-ResNet', ECA), ('CBAM', CBAM), ('Non-local', NonLocal), ('GCNet (global context)', GlobalContext), ('Row attention (einsum)', Gather)]:
    net(name, lambda attention=attention: nn.Sequential(conv(3, 8, 3, 2), Residual(8, attention), nn.MaxPool2d(2), Residual(8, attention), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10)),
        (3, 48, 48), other=(64, 40), opset=13 if 'einsum' in name else None)


class Ghost(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.o, self.a, self.b = o, conv(i, math.ceil(o / 2), 1), conv(math.ceil(o / 2), math.ceil(o / 2), 3, 1, math.ceil(o / 2))

    def forward(self, x):
        a = self.a(x)
        return torch.cat([a, self.b(a)], 1)[:, :self.o, :, :]


net('GhostNet', lambda: nn.Sequential(conv(3, 8, 3, 2), Ghost(8, 15), conv(15, 15, 5, 2, 15, None), SE(15), Ghost(15, 11), nn.Hardswish(), Mean([2, 3]), nn.Linear(11, 10)), other=(96, 80))


class Rep(nn.Module):
    """RepVGG before its branches are joined."""
    def __init__(self, c):
        super().__init__()
        self.a, self.b, self.c = conv(c, c, act=None), conv(c, c, 1, act=None), nn.BatchNorm2d(c)

    def forward(self, x):
        return F.relu(self.a(x) + self.b(x) + self.c(x))


net('RepVGG, branches', lambda: nn.Sequential(conv(3, 8, 3, 2), Rep(8), conv(8, 12, 3, 2), Rep(12), Mean([2, 3]), nn.Linear(12, 10)), other=(80, 96))


class Res2(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.convs = nn.ModuleList(conv(c // 4, c // 4) for _ in range(3))

    def forward(self, x):
        parts = torch.chunk(x, 4, 1)
        out, last = [parts[0]], parts[0]
        for f, p in zip(self.convs, parts[1:]):
            last = f(p + last)
            out.append(last)
        return x + torch.cat(out, 1)


net('Res2Net', lambda: nn.Sequential(conv(3, 16, 3, 2), Res2(16), conv(16, 16, 3, 2), Res2(16), Mean([2, 3]), nn.Linear(16, 10)), other=(80, 96))


class SplitAttention(nn.Module):
    """ResNeSt's split attention with radix 2; SKNet selects kernels in the same way."""
    def __init__(self, c):
        super().__init__()
        self.c, self.conv = c, conv(c, 2 * c, g=2)
        self.f1, self.f2 = nn.Conv2d(c, 8, 1), nn.Conv2d(8, 2 * c, 1)

    def forward(self, x):
        y = self.conv(x)
        b, rc, h, w = y.shape
        y = y.reshape(b, 2, self.c, h, w)
        a = self.f2(F.relu(self.f1(F.adaptive_avg_pool2d(y.sum(1), 1))))
        a = F.softmax(a.view(b, 1, 2, -1).transpose(1, 2), dim=1).reshape(b, -1)
        return (y * a.reshape(b, 2, self.c, 1, 1)).sum(1)


net('ResNeSt (split attention)', lambda: nn.Sequential(conv(3, 8, 3, 2), SplitAttention(8), nn.AvgPool2d(3, 2, 1), SplitAttention(8), Mean([2, 3]), nn.Linear(8, 10)), other=(80, 96))


class Pooling(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.n, self.n2, self.s = nn.GroupNorm(1, c), nn.GroupNorm(1, c), nn.Parameter(torch.ones(c))
        self.mlp = nn.Sequential(nn.Conv2d(c, 2 * c, 1), nn.GELU(), nn.Conv2d(2 * c, c, 1))

    def forward(self, x):
        y = self.n(x)
        x = x + self.s.unsqueeze(-1).unsqueeze(-1) * (F.avg_pool2d(y, 3, 1, 1, count_include_pad=False) - y)
        return x + self.mlp(self.n2(x))


net('PoolFormer', lambda: nn.Sequential(nn.Conv2d(3, 12, 7, 4, 2), Pooling(12), nn.Conv2d(12, 16, 3, 2, 1), Pooling(16), Mean([-2, -1]), nn.Linear(16, 10)), other=(80, 96))


class MobileViT(nn.Module):
    """Patches are unfolded into tokens, attended to, and folded back."""
    def __init__(self, c=16):
        super().__init__()
        self.local, self.block, self.fuse = conv(c, c, act=nn.SiLU), Block(c, 2), conv(2 * c, c, act=nn.SiLU)

    def forward(self, x):
        y = self.local(x)
        B, C, H, W = y.shape
        h, w = H // 2, W // 2
        y = y.reshape(B * C * h, 2, w, 2).transpose(1, 2).reshape(B, C, h * w, 4).transpose(1, 3).reshape(B * 4, h * w, C)
        y = self.block(y)
        y = y.contiguous().view(B, 4, h * w, C).transpose(1, 3).reshape(B * C * h, w, 2, 2).transpose(1, 2).reshape(B, C, H, W)
        return self.fuse(torch.cat((x, y), 1))


net('MobileViT', lambda: nn.Sequential(conv(3, 16, 3, 2, act=nn.SiLU), conv(16, 16, 3, 2, act=nn.SiLU), MobileViT(), Mean([2, 3]), nn.Linear(16, 10)), (3, 48, 48), other=(64, 32))


class AttentionPool(nn.Module):
    """CLIP's ResNet ends in it: the mean asks all positions."""
    def __init__(self, c, n):
        super().__init__()
        self.pos, self.attn, self.out = nn.Parameter(torch.randn(n + 1, c)), Attention(c, 2), nn.Linear(c, 10)

    def forward(self, x):
        x = x.flatten(2).permute(2, 0, 1)
        x = torch.cat([x.mean(dim=0, keepdim=True), x], 0) + self.pos[:, None, :]
        y = self.out(self.attn(x.transpose(0, 1))[:, 0])
        return y / y.norm(dim=1, keepdim=True)


net('CLIP-like ResNet with attention pooling', lambda: nn.Sequential(conv(3, 16, 3, 2), nn.AvgPool2d(2), conv(16, 16, 3, 2), AttentionPool(16, 36)), (3, 48, 48))


class Mha(nn.Module):
    """torch's own attention, batch first."""
    def __init__(self, c):
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(c, 2, 2 * c, batch_first=True, activation='gelu', norm_first=True)

    def forward(self, x):
        # In training mode it does not take its fast path, which no exporter knows.
        y = self.layer.norm1(x)
        x = x + self.layer.self_attn(y, y, y, need_weights=True)[0]
        return x + self.layer.linear2(F.gelu(self.layer.linear1(self.layer.norm2(x))))


net('DETR-like encoder (MultiheadAttention)', lambda: nn.Sequential(conv(3, 16, 3, 2), conv(16, 16, 3, 4), Tokens(), Mha(16), Mha(16), nn.Linear(16, 6)), (3, 64, 64))


class L2(nn.Module):
    def forward(self, x):
        return F.normalize(x, p=2.0, dim=1)


net('Face embedding (L2 norm)', lambda: nn.Sequential(conv(3, 8, 3, 2, act=lambda: nn.PReLU(8)), conv(8, 8, 3, 2, 8, act=lambda: nn.PReLU(8)), conv(8, 16, 1, act=lambda: nn.PReLU(16)), nn.Conv2d(16, 16, 28, groups=16), nn.Flatten(), nn.Linear(16, 12, bias=False), nn.BatchNorm1d(12), L2()), (3, 112, 112))


class MTCNN(nn.Module):
    """PNet: three heads, channel softmax."""
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 10, 3), nn.PReLU(10), nn.MaxPool2d(2, 2, ceil_mode=True), nn.Conv2d(10, 16, 3), nn.PReLU(16))
        self.p, self.b = nn.Conv2d(16, 2, 1), nn.Conv2d(16, 4, 1)

    def forward(self, x):
        y = self.body((x - 127.5) * 0.0078125 + 0.1)
        return F.softmax(self.p(y), dim=1), self.b(y)


net('MTCNN PNet', MTCNN, (3, 48, 48), other=(61, 33))


@net('Siamese (two pictures)', shapes=[(3, 48, 48), (3, 48, 48)], names=('left', 'right'))
class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(conv(3, 8, 3, 2), nn.MaxPool2d(2), conv(8, 12), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(12, 8))
        self.head = nn.Linear(8, 1)

    def forward(self, left, right):
        a, b = self.body(left), self.body(right)
        return torch.sigmoid(self.head(torch.abs(a - b))), F.cosine_similarity(a, b)


class CRNN(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.body = nn.Sequential(conv(1, 8), nn.MaxPool2d(2), conv(8, 12), nn.MaxPool2d((2, 1)), conv(12, 12), nn.MaxPool2d((8, 1)))
        self.rnn, self.fc = kind(12, 10, num_layers=2, bidirectional=True), nn.Linear(20, 9)

    def forward(self, x):
        y = self.body(x).squeeze(2).permute(2, 0, 1)
        return self.fc(self.rnn(y)[0])


class RowsThenBatch(nn.Module):
    """A recurrent head with the batch first, which asks its last step."""
    def __init__(self, kind):
        super().__init__()
        self.body, self.rnn, self.fc = nn.Sequential(conv(3, 8, 3, 2), conv(8, 6, 3, 2)), kind(6 * 12, 10, batch_first=True), nn.Linear(10, 5)

    def forward(self, x):
        y = self.body(x)
        n, c, h, w = y.shape
        return self.fc(self.rnn(y.permute(0, 3, 1, 2).reshape(n, w, c * h))[0][:, -1])


net('CRNN (two-layer bidirectional LSTM)', lambda: CRNN(nn.LSTM), (1, 32, 64))
net('CRNN (two-layer bidirectional GRU)', lambda: CRNN(nn.GRU), (1, 32, 64))
net('Rows through an LSTM', lambda: RowsThenBatch(nn.LSTM), (3, 48, 48))
net('Rows through a GRU', lambda: RowsThenBatch(nn.GRU), (3, 48, 48))
