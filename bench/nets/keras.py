"""Nets as tf2onnx writes Keras's: see graphs.py. Name, module, shape, opset and how."""
import torch
from torch import nn

from graphs import DenseLast, FlattenLast, NormLast, Same

KERAS: list = []


def keras(name, build, shape=(3, 48, 48), opset=13, batch='unk__7', **how):
    KERAS.append((name, build, shape, opset, batch, {'last': True, **how}))


def norm(c):
    return nn.BatchNorm2d(c, eps=1e-3)


def conv(i, o, k=3, s=1, g=1, act=nn.ReLU):
    return nn.Sequential(Same(nn.Conv2d(i, o, k, s, groups=g, bias=False)), norm(o), *([act()] if act else []))


class Top(nn.Module):
    """GlobalAveragePooling2D, then Dense, then softmax."""
    def __init__(self, c, keep=False):
        super().__init__()
        self.keep, self.fc, self.act = keep, nn.Linear(c, 10), nn.Softmax(1)

    def forward(self, x):
        x = x.mean([2, 3], True).flatten(1) if self.keep else x.mean([2, 3])
        return self.act(self.fc(x))


def depthwise(i, o, s):
    """MobileNet's: ZeroPadding2D(((0, 1), (0, 1))) before what is strided."""
    first = [nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(i, i, 3, s, groups=i, bias=False)] if s == 2 else [Same(nn.Conv2d(i, i, 3, groups=i, bias=False))]
    return nn.Sequential(*first, norm(i), nn.ReLU6(), nn.Conv2d(i, o, 1, bias=False), norm(o), nn.ReLU6())


class Residual(nn.Module):
    def __init__(self, i, o, s):
        super().__init__()
        self.a, self.b, self.c = nn.Sequential(nn.Conv2d(i, 4, 1, s), norm(4), nn.ReLU()), nn.Sequential(Same(nn.Conv2d(4, 4, 3)), norm(4), nn.ReLU()), nn.Sequential(nn.Conv2d(4, o, 1), norm(o))
        self.short, self.act = nn.Sequential(nn.Conv2d(i, o, 1, s), norm(o)), nn.ReLU()

    def forward(self, x):
        return self.act(self.short(x) + self.c(self.b(self.a(x))))


class MBConv(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.a, self.b, self.c = conv(c, 3 * c, 1, act=nn.SiLU), conv(3 * c, 3 * c, 5, 1, 3 * c, nn.SiLU), conv(3 * c, c, 1, act=None)
        self.down, self.up, self.act, self.gate = nn.Conv2d(3 * c, 4, 1), nn.Conv2d(4, 3 * c, 1), nn.SiLU(), nn.Sigmoid()

    def forward(self, x):
        y = self.b(self.a(x))
        s = self.gate(self.up(self.act(self.down(y.mean([2, 3], True)))))
        return x + self.c(y * s)


class UNet(nn.Module):
    def __init__(self, up):
        super().__init__()
        self.a, self.b, self.c, self.pool = conv(3, 6), conv(6, 10), conv(10, 14), nn.MaxPool2d(2, 2)
        self.u1, self.u2, self.d, self.e, self.out, self.act = up(14, 10), up(10, 6), conv(20, 10), conv(12, 6), nn.Conv2d(6, 3, 1), nn.Softmax(1)

    def forward(self, x):
        a = self.a(x)
        b = self.b(self.pool(a))
        y = self.d(torch.cat([self.u1(self.c(self.pool(b))), b], 1))
        return self.act(self.out(self.e(torch.cat([self.u2(y), a], 1))))


class NextBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.dw, self.norm, self.up, self.act, self.down = Same(nn.Conv2d(c, c, 7, groups=c)), NormLast(c, eps=1e-6), DenseLast(c, 3 * c), nn.GELU(), DenseLast(3 * c, c)

    def forward(self, x):
        return x + self.down(self.act(self.up(self.norm(self.dw(x)))))


class Dense(nn.Module):
    def __init__(self, c, g):
        super().__init__()
        self.n, self.act, self.a, self.b = norm(c), nn.ReLU(), conv(c, 2 * g, 1), Same(nn.Conv2d(2 * g, g, 3, bias=False))

    def forward(self, x):
        return torch.cat([x, self.b(self.a(self.act(self.n(x))))], 1)


class Rescale(nn.Module):
    """Rescaling and Normalization as layers of the net: pictures come in as bytes."""
    def __init__(self):
        super().__init__()
        self.mean, self.std = nn.Parameter(torch.tensor([0.48, 0.46, 0.41]).reshape(1, 3, 1, 1)), nn.Parameter(torch.tensor([0.23, 0.22, 0.23]).reshape(1, 3, 1, 1))

    def forward(self, x):
        return (x * 0.0625 - self.mean) / self.std


def cnn():
    return nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.MaxPool2d(2, 2), nn.Conv2d(6, 8, 3), nn.ReLU(), nn.MaxPool2d(2, 2), FlattenLast(), nn.Linear(800, 16), nn.ReLU(), nn.Linear(16, 10), nn.Softmax(1))


def mobilenet():
    return nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(3, 8, 3, 2, bias=False), norm(8), nn.ReLU6(), depthwise(8, 12, 1), depthwise(12, 16, 2), depthwise(16, 16, 1), Top(16, True))


def resnet():
    return nn.Sequential(nn.ZeroPad2d(3), nn.Conv2d(3, 8, 7, 2), norm(8), nn.ReLU(), nn.ZeroPad2d(1), nn.MaxPool2d(3, 2), Residual(8, 12, 1), Residual(12, 16, 2), Top(16))


def deconvolution(i, o):
    return nn.ConvTranspose2d(i, o, 2, 2)


def nearest(i, o):
    return nn.Sequential(nn.Upsample(scale_factor=2), conv(i, o))


def bilinear(i, o):
    return nn.Sequential(nn.Upsample(scale_factor=2, mode='bilinear', align_corners=False), conv(i, o))


keras('Sequential CNN (Flatten, Dense)', cnn)
keras('Sequential CNN, unoptimized', cnn, wrapped=True)
keras('Sequential CNN, opset 11', cnn, opset=11, batch=1)
keras('MobileNet v1 (ZeroPadding2D, ReLU6)', mobilenet)
keras('MobileNet v1, unoptimized', mobilenet, wrapped=True)
keras('MobileNet v1, BatchNorm as Mul and Add', mobilenet, folded=True, opset=15)
keras('ResNet50-like', resnet)
keras('ResNet50-like, unoptimized', resnet, wrapped=True)
keras('ResNet50-like, opset 17', resnet, opset=17, batch=1)
keras('Xception (separable, SAME)', lambda: nn.Sequential(conv(3, 8, 3, 2), conv(8, 8, 3, 1, 8, None), conv(8, 12, 1), Same(nn.MaxPool2d(3, 2)), conv(12, 12, 3, 1, 12, None), conv(12, 16, 1), Top(16)), (3, 49, 49))
keras('EfficientNet (Rescaling, SE, swish)', lambda: nn.Sequential(Rescale(), nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(3, 8, 3, 2, bias=False), norm(8), nn.SiLU(), MBConv(8), conv(8, 12, 3, 2, act=nn.SiLU), MBConv(12), Top(12)))
keras('EfficientNet, unoptimized', lambda: nn.Sequential(Rescale(), conv(3, 8, 3, 2, act=nn.SiLU), MBConv(8), Top(8)), wrapped=True)
keras('DenseNet', lambda: nn.Sequential(conv(3, 8, 3, 2), Dense(8, 4), Dense(12, 4), nn.AvgPool2d(2, 2), Dense(16, 4), Top(20)))
keras('U-Net (Conv2DTranspose)', lambda: UNet(deconvolution))
keras('U-Net (UpSampling2D), unoptimized', lambda: UNet(nearest), wrapped=True)
keras('U-Net (UpSampling2D, bilinear)', lambda: UNet(bilinear))
keras('ConvNeXt (Dense on maps)', lambda: nn.Sequential(nn.Conv2d(3, 12, 4, 4), NormLast(12, eps=1e-6), NextBlock(12), NormLast(12, eps=1e-6), nn.Conv2d(12, 16, 2, 2), NextBlock(16), Top(16)))
keras('ConvNeXt, unoptimized', lambda: nn.Sequential(nn.Conv2d(3, 12, 4, 4), NormLast(12, eps=1e-6), NextBlock(12), Top(12)), wrapped=True)
keras('MobileNetV3 (hard swish)', lambda: nn.Sequential(conv(3, 8, 3, 2, act=nn.Hardswish), conv(8, 8, 3, 2, 8, nn.Hardswish), nn.Conv2d(8, 12, 1), nn.Hardswish(), Top(12, True)))
keras('Autoencoder, grey', lambda: nn.Sequential(conv(1, 8, 3, 2), conv(8, 8, 3, 2), deconvolution(8, 8), nn.ReLU(), deconvolution(8, 1), nn.Sigmoid()), (1, 28, 28))
keras('MobileNet v1, open size', mobilenet, other=(80, 64))
keras('MobileNet v1, open size, unoptimized', mobilenet, other=(80, 64), wrapped=True)
keras('ResNet50-like, batch 4', resnet, batch=4)
keras('U-Net (UpSampling2D), open size', lambda: UNet(nearest), other=(32, 64))
keras('Classifier of 1x1 convolutions, grey, unoptimized', lambda: nn.Sequential(conv(1, 8, 3, 2), conv(8, 12, 3, 2), nn.Conv2d(12, 10, 1), nn.Softmax(1)), (1, 32, 32), wrapped=True)


class Patches(nn.Module):
    """ViT in Keras: patches are reshaped from the channels-last map."""
    def __init__(self):
        super().__init__()
        self.patch, self.flat, self.a, self.act, self.b, self.fc = nn.Conv2d(3, 12, 12, 12), FlattenLast(), nn.Linear(12, 24), nn.GELU(), nn.Linear(24, 12), nn.Linear(12, 10)

    def forward(self, x):
        x = self.flat(self.patch(x)).reshape(-1, 16, 12)
        return self.fc((x + self.b(self.act(self.a(x)))).mean(1))


keras('Patch MLP (tokens from a map)', Patches)
keras('Patch MLP, unoptimized', Patches, wrapped=True)
