"""Nets as PyTorch's newer exporter writes them: see graphs.py. Name, module, shape, opset and how."""
import torch
import torch.nn.functional as F
from torch import nn

from graphs import Attend

DYNAMO: list = []


def dynamo(name, build, shape=(3, 48, 48), opset=18, batch='s0', **how):
    DYNAMO.append((name, build, shape, opset, batch, how))


def conv(i, o, k=3, s=1, g=1, act=nn.ReLU):
    return nn.Sequential(nn.Conv2d(i, o, k, s, k // 2, groups=g, bias=False), nn.BatchNorm2d(o), *([act()] if act else []))


class Basic(nn.Module):
    def __init__(self, i, o, s=1, act=nn.ReLU):
        super().__init__()
        self.a, self.b, self.act = conv(i, o, 3, s, act=act), conv(o, o, act=None), act()
        self.short = conv(i, o, 1, s, act=None) if i != o or s != 1 else nn.Dropout(0.0)

    def forward(self, x):
        return self.act(self.b(self.a(x)) + self.short(x))


class Head(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.fc = nn.Linear(c, 10)

    def forward(self, x):
        return self.fc(x.mean([2, 3]))


class Inverted(nn.Module):
    def __init__(self, c, act, se=False):
        super().__init__()
        self.a, self.b, self.c = conv(c, 3 * c, 1, act=act), conv(3 * c, 3 * c, 5, 1, 3 * c, act), conv(3 * c, c, 1, act=None)
        self.down, self.up, self.se = nn.Conv2d(3 * c, 4, 1), nn.Conv2d(4, 3 * c, 1), se

    def forward(self, x):
        y = self.b(self.a(x))
        if self.se:
            y = torch.sigmoid(self.up(F.relu(self.down(y.mean([2, 3], True))))) * y
        return self.c(y) + x


class SelfAttention(nn.Module):
    def __init__(self, c, heads, tokens):
        super().__init__()
        self.c, self.heads, self.tokens = c, heads, tokens
        self.q, self.k, self.v, self.o, self.attend = *[nn.Linear(c, c) for _ in range(4)], Attend()

    def forward(self, x):
        split = (-1, self.tokens, self.heads, self.c // self.heads)
        q, k, v = [f(x).reshape(*split).permute(0, 2, 1, 3) for f in (self.q, self.k, self.v)]
        return self.o(self.attend(q, k, v).permute(0, 2, 1, 3).reshape(-1, self.tokens, self.c))


class Block(nn.Module):
    def __init__(self, c, heads, tokens):
        super().__init__()
        self.n1, self.n2, self.attn = nn.LayerNorm(c), nn.LayerNorm(c), SelfAttention(c, heads, tokens)
        self.up, self.act, self.down = nn.Linear(c, 2 * c), nn.GELU(), nn.Linear(2 * c, c)

    def forward(self, x):
        x = x + self.attn(self.n1(x))
        return x + self.down(self.act(self.up(self.n2(x))))


class ViT(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch, self.cls, self.pos = nn.Conv2d(3, 24, 16, 16), nn.Parameter(torch.randn(1, 1, 24)), nn.Parameter(torch.randn(1, 10, 24))
        self.blocks, self.norm, self.fc = nn.Sequential(Block(24, 3, 10), Block(24, 3, 10)), nn.LayerNorm(24), nn.Linear(24, 10)

    def forward(self, x):
        x = self.patch(x).reshape(-1, 24, 9).permute(0, 2, 1)
        # What expand would do, in a form that needs no shape: fx cannot follow one.
        tokens = self.cls + (x[:, :1] * 0.0)
        return self.fc(self.norm(self.blocks(torch.cat([tokens, x], 1) + self.pos))[:, 0])


class NextBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.dw, self.norm, self.up, self.act, self.down, self.gamma = nn.Conv2d(c, c, 7, padding=3, groups=c), nn.LayerNorm(c), nn.Linear(c, 3 * c), nn.GELU(), nn.Linear(3 * c, c), nn.Parameter(torch.ones(c))

    def forward(self, x):
        y = self.down(self.act(self.up(self.norm(self.dw(x).permute(0, 2, 3, 1)))))
        return (y * self.gamma).permute(0, 3, 1, 2) + x


class CSP(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.a, self.m, self.b = conv(c, c, 1, act=nn.SiLU), conv(c // 2, c // 2, act=nn.SiLU), conv(3 * c // 2, c, 1, act=nn.SiLU)

    def forward(self, x):
        parts = self.a(x).chunk(2, 1)
        u, v = parts[0], parts[1]
        return self.b(torch.cat([u, v, v + self.m(v)], 1))


class Shuffle(nn.Module):
    def __init__(self, c, n):
        super().__init__()
        self.c, self.n, self.body = c, n, nn.Sequential(conv(c // 2, c // 2, 1), conv(c // 2, c // 2, 3, 1, c // 2, None))

    def forward(self, x):
        parts = x.chunk(2, 1)
        y = torch.cat([parts[0], self.body(parts[1])], 1)
        return y.reshape(-1, 2, self.c // 2, self.n, self.n).permute(0, 2, 1, 3, 4).reshape(-1, self.c, self.n, self.n)


class UNet(nn.Module):
    def __init__(self, up):
        super().__init__()
        self.a, self.b, self.c, self.pool = conv(3, 6), conv(6, 10), conv(10, 14), nn.MaxPool2d(2, 2)
        self.u1, self.u2, self.d, self.e, self.out = up(14, 10), up(10, 6), conv(20, 10), conv(12, 6), nn.Conv2d(6, 2, 1)

    def forward(self, x):
        a = self.a(x)
        b = self.b(self.pool(a))
        y = self.d(torch.cat([b, self.u1(self.c(self.pool(b)))], 1))
        return self.out(self.e(torch.cat([a, self.u2(y)], 1)))


class PreAct(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.n1, self.n2, self.a, self.b = nn.GroupNorm(4, c), nn.GroupNorm(4, c), nn.Conv2d(c, c, 3, padding=1), nn.Conv2d(c, c, 3, padding=1)

    def forward(self, x):
        return x + self.b(F.relu(self.n2(self.a(F.relu(self.n1(x))))))


class Mixer(nn.Module):
    def __init__(self, c, n):
        super().__init__()
        self.n1, self.n2, self.t1, self.t2, self.c1, self.c2, self.act = nn.LayerNorm(c), nn.LayerNorm(c), nn.Linear(n, 12), nn.Linear(12, n), nn.Linear(c, 2 * c), nn.Linear(2 * c, c), nn.GELU()

    def forward(self, x):
        x = x + self.t2(self.act(self.t1(self.n1(x).permute(0, 2, 1)))).permute(0, 2, 1)
        return x + self.c2(self.act(self.c1(self.n2(x))))


class MixerNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch, self.blocks, self.norm, self.fc = nn.Conv2d(3, 16, 12, 12), nn.Sequential(Mixer(16, 16), Mixer(16, 16)), nn.LayerNorm(16), nn.Linear(16, 10)

    def forward(self, x):
        return self.fc(self.norm(self.blocks(self.patch(x).reshape(-1, 16, 16).permute(0, 2, 1))).mean(1))


class Face(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.fc = nn.Sequential(conv(3, 8, 3, 2), conv(8, 12, 3, 2)), nn.Linear(12 * 144, 8)

    def forward(self, x):
        return F.normalize(self.fc(self.body(x).flatten(1)), dim=1)


class Focus(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.body, self.head = conv(12, 8, act=nn.SiLU), CSP(8), nn.Conv2d(8, 6, 1)

    def forward(self, x):
        y = torch.cat([x[:, :, ::2, ::2], x[:, :, 1::2, ::2], x[:, :, ::2, 1::2], x[:, :, 1::2, 1::2]], 1)
        return torch.sigmoid(self.head(self.body(self.stem(y))).reshape(-1, 6, 576).permute(0, 2, 1))


def resnet(act=nn.ReLU):
    return lambda: nn.Sequential(conv(3, 8, 7, 2, act=act), nn.MaxPool2d(3, 2, 1), Basic(8, 8, act=act), Basic(8, 16, 2, act=act), Head(16))


dynamo('ResNet', resnet())
dynamo('ResNet, static batch', resnet(), batch=1)
dynamo('ResNet, functions', resnet(), functions=True)
dynamo('EfficientNet (SE, SiLU)', lambda: nn.Sequential(conv(3, 8, 3, 2, act=nn.SiLU), Inverted(8, nn.SiLU, True), conv(8, 12, 3, 2, act=nn.SiLU), Inverted(12, nn.SiLU, True), Head(12)))
dynamo('MobileNetV3 (HardSwish), functions', lambda: nn.Sequential(conv(3, 8, 3, 2, act=nn.Hardswish), Inverted(8, nn.Hardswish, True), Head(8)), functions=True)
dynamo('MobileNetV2 (ReLU6)', lambda: nn.Sequential(conv(3, 8, 3, 2, act=nn.ReLU6), Inverted(8, nn.ReLU6), conv(8, 12, 3, 2, act=nn.ReLU6), Inverted(12, nn.ReLU6), Head(12)), opset=19)
dynamo('ViT', ViT)
dynamo('ViT, opset 20 (Gelu)', ViT, opset=20)
dynamo('ViT, functions', ViT, opset=20, functions=True)
dynamo('ConvNeXt, opset 20', lambda: nn.Sequential(nn.Conv2d(3, 12, 4, 4), NextBlock(12), nn.Conv2d(12, 16, 2, 2), NextBlock(16), Head(16)), opset=20)
dynamo('ConvNeXt, functions', lambda: nn.Sequential(nn.Conv2d(3, 12, 4, 4), NextBlock(12), NextBlock(12), Head(12)), functions=True)
dynamo('YOLOv8 blocks (Split with num_outputs)', lambda: nn.Sequential(conv(3, 8, 3, 2, act=nn.SiLU), CSP(8), conv(8, 12, 3, 2, act=nn.SiLU), CSP(12), nn.Conv2d(12, 5, 1)))
dynamo('ShuffleNet', lambda: nn.Sequential(conv(3, 8, 3, 2), Shuffle(8, 24), Shuffle(8, 24), Head(8)))
dynamo('U-Net, deconvolutions', lambda: UNet(lambda i, o: nn.ConvTranspose2d(i, o, 2, 2)), opset=19)
dynamo('U-Net, bilinear (Resize with axes)', lambda: UNet(lambda i, o: nn.Sequential(nn.Upsample(scale_factor=2, mode='bilinear', align_corners=False), nn.Conv2d(i, o, 1))))
dynamo('ResNetV2, GroupNorm by InstanceNormalization', lambda: nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), PreAct(8), PreAct(8), Head(8)))
dynamo('ResNetV2, GroupNormalization', lambda: nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), PreAct(8), PreAct(8), Head(8)), opset=21)
dynamo('MLP-Mixer', MixerNet, opset=20)
dynamo('Style transfer (Pad with axes)', lambda: nn.Sequential(nn.ReflectionPad2d(4), nn.Conv2d(3, 6, 9), nn.InstanceNorm2d(6, affine=True), nn.ReLU(), nn.Conv2d(6, 8, 3, 2), nn.InstanceNorm2d(8, affine=True), nn.Mish(), nn.Upsample(scale_factor=2), nn.ReflectionPad2d((1, 2, 1, 2)), nn.Conv2d(8, 3, 3), nn.Tanh()), opset=18)
dynamo('ESPCN', lambda: nn.Sequential(nn.Conv2d(1, 8, 5, padding=2), nn.Tanh(), nn.Conv2d(8, 9, 3, padding=1), nn.PixelShuffle(3)), (1, 24, 32))
dynamo('Face embedding', Face)
dynamo('YOLOv5 focus', Focus, opset=21)
dynamo('ResNet, open size', resnet(), other=(64, 40))
dynamo('ConvNeXt, open size', lambda: nn.Sequential(nn.Conv2d(3, 12, 4, 4), NextBlock(12), Head(12)), opset=20, other=(64, 40))
dynamo('U-Net, bilinear, open size', lambda: UNet(lambda i, o: nn.Sequential(nn.Upsample(scale_factor=2, mode='bilinear', align_corners=False), nn.Conv2d(i, o, 1))), other=(64, 40))
dynamo('EfficientNet, functions, open size', lambda: nn.Sequential(conv(3, 8, 3, 2, act=nn.SiLU), Inverted(8, nn.SiLU, True), Head(8)), functions=True, other=(64, 40))
