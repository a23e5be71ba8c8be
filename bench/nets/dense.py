"""Nets whose output is a map, boxes or a picture: decoders, detectors, generators, style transfer."""
import torch
import torch.nn.functional as F
from torch import nn

from classifiers import L2, SE, conv
from common import net


def double(i, o):
    return nn.Sequential(conv(i, o), conv(o, o))


class UNet(nn.Module):
    """With each of the usual decoders; odd maps are padded to fit, as in the best known code."""
    def __init__(self, up, channels=3):
        super().__init__()
        self.a, self.b, self.c, self.pool = double(channels, 6), double(6, 10), double(10, 14), nn.MaxPool2d(2)
        self.up1, self.up2 = up(14, 10), up(10, 6)
        self.d, self.e, self.out = double(20, 10), double(12, 6), nn.Conv2d(6, 3, 1)

    def join(self, x, skip):
        dy, dx = skip.size(2) - x.size(2), skip.size(3) - x.size(3)
        return torch.cat([skip, F.pad(x, [dx // 2, dx - dx // 2, dy // 2, dy - dy // 2])], 1)

    def forward(self, x):
        a = self.a(x)
        b = self.b(self.pool(a))
        y = self.join(self.up1(self.c(self.pool(b))), b)
        y = self.join(self.up2(self.d(y)), a)
        return self.out(self.e(y))


class UpTo(nn.Module):
    """Bilinear, to a size that is computed in floats."""
    def __init__(self, i, o):
        super().__init__()
        self.c = nn.Conv2d(i, o, 1)

    def forward(self, x):
        return self.c(F.interpolate(x, scale_factor=2.0, mode='bilinear', align_corners=True, recompute_scale_factor=True))


net('U-Net, deconvolutions', lambda: UNet(lambda i, o: nn.ConvTranspose2d(i, o, 2, 2)), (3, 48, 48), other=(50, 38))
net('U-Net, bilinear', lambda: UNet(UpTo), (3, 48, 48), other=(50, 38))
net('U-Net, nearest', lambda: UNet(lambda i, o: nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(i, o, 3, padding=1))), (3, 48, 48), other=(64, 32))
net('U-Net, pixel shuffle, grey', lambda: UNet(lambda i, o: nn.Sequential(nn.Conv2d(i, 4 * o, 1), nn.PixelShuffle(2)), 1), (1, 48, 48), other=(64, 32))
net('U-Net, odd deconvolutions', lambda: UNet(lambda i, o: nn.ConvTranspose2d(i, o, 3, 2, 1, output_padding=1)), (3, 48, 48), other=(64, 32))


class SkipTo(nn.Module):
    """A decoder that resizes to the skip's own size (segmentation_models, HRNet, DeepLab v3+)."""
    def __init__(self, mode):
        super().__init__()
        self.mode = mode
        self.a, self.b, self.c = conv(3, 6, 3, 2), conv(6, 10, 3, 2), conv(10, 14, 3, 2)
        self.d, self.out = conv(30, 8), nn.Conv2d(8, 4, 1)

    def forward(self, x):
        a = self.a(x)
        b = self.b(a)
        c = self.c(b)
        more = {} if self.mode == 'nearest' else {'align_corners': False}
        y = torch.cat([a] + [F.interpolate(t, size=a.shape[-2:], mode=self.mode, **more) for t in (b, c)], 1)
        return F.interpolate(self.out(self.d(y)), size=x.shape[2:], mode=self.mode, **more)


net('HRNet-like fusion, bilinear', lambda: SkipTo('bilinear'), (3, 48, 48), other=(50, 39))
net('HRNet-like fusion, bicubic', lambda: SkipTo('bicubic'), (3, 48, 48), other=(56, 40))
net('HRNet-like fusion, nearest', lambda: SkipTo('nearest'), (3, 48, 48), other=(56, 40))


class PSP(nn.Module):
    """Pyramid pooling."""
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(conv(3, 8, 3, 2), conv(8, 8, 3, 2))
        self.pools = nn.ModuleList(nn.Sequential(nn.AdaptiveAvgPool2d(n), conv(8, 2, 1)) for n in (1, 2, 3, 6))
        self.out = nn.Conv2d(16, 4, 3, padding=1)

    def forward(self, x):
        y = self.body(x)
        h, w = y.shape[2:]
        ys = [F.interpolate(p(y), size=(h, w), mode='bilinear', align_corners=True) for p in self.pools]
        return self.out(torch.cat([y] + ys, 1))


net('PSPNet (pyramid pooling)', PSP, (3, 48, 48))


class StyleResidual(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.body = nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(c, c, 3), nn.InstanceNorm2d(c, affine=True), nn.ReLU(), nn.ReflectionPad2d(1), nn.Conv2d(c, c, 3), nn.InstanceNorm2d(c, affine=True))

    def forward(self, x):
        return x + self.body(x)


def style(scale):
    def up(i, o):
        return [nn.Upsample(scale_factor=scale, mode='nearest'), nn.ReflectionPad2d(1), nn.Conv2d(i, o, 3), nn.InstanceNorm2d(o, affine=True), nn.ReLU()]
    return lambda: nn.Sequential(nn.ReflectionPad2d(4), nn.Conv2d(3, 6, 9), nn.InstanceNorm2d(6, affine=True), nn.ReLU(), nn.ReflectionPad2d(1), nn.Conv2d(6, 8, 3, 2), nn.InstanceNorm2d(8, affine=True), nn.ReLU(),
                                 StyleResidual(8), *up(8, 6), nn.ReplicationPad2d(4), nn.Conv2d(6, 3, 9), nn.Tanh())


net('Style transfer (reflection, instance norm)', style(2), (3, 48, 48), other=(56, 40))
net('Style transfer, odd scale', style(1.5), (3, 48, 48), other=(56, 40))
net('CycleGAN generator', lambda: nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(3, 6, 7), nn.InstanceNorm2d(6), nn.ReLU(True), nn.Conv2d(6, 8, 3, 2, 1), nn.InstanceNorm2d(8), nn.ReLU(True), StyleResidual(8), nn.ConvTranspose2d(8, 6, 3, 2, 1, 1), nn.InstanceNorm2d(6), nn.ReLU(True), nn.ReflectionPad2d(3), nn.Conv2d(6, 3, 7), nn.Tanh()), (3, 48, 48), other=(56, 40))


class Focus(nn.Module):
    """YOLOv5's first layer, of strided slices; its neck, and its decoding head with grids and anchors."""
    def __init__(self):
        super().__init__()
        act = nn.SiLU
        self.stem, self.a, self.b = conv(12, 8, act=act), conv(8, 12, 3, 2, act=act), conv(12, 16, 3, 2, act=act)
        self.pools = nn.ModuleList(nn.MaxPool2d(k, 1, k // 2) for k in (5, 9, 13))
        self.spp, self.lat, self.c3 = conv(64, 16, 1, act=act), conv(16, 12, 1, act=act), conv(24, 12, act=act)
        self.heads = nn.ModuleList([nn.Conv2d(12, 14, 1), nn.Conv2d(16, 14, 1)])
        self.register_buffer('anchors', torch.tensor([[[10., 13.], [16., 30.]], [[30., 61.], [62., 45.]]]))

    def forward(self, x):
        y = self.stem(torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1))
        a = self.a(y)
        b = self.b(a)
        b = self.spp(torch.cat([b] + [p(b) for p in self.pools], 1))
        a = self.c3(torch.cat([F.interpolate(self.lat(b), scale_factor=2, mode='nearest'), a], 1))
        z = []
        for i, (head, t) in enumerate(zip(self.heads, (a, b))):
            t = head(t)
            bs, _, ny, nx = t.shape
            t = t.view(bs, 2, 7, ny, nx).permute(0, 1, 3, 4, 2).contiguous()
            yv, xv = torch.meshgrid([torch.arange(ny), torch.arange(nx)], indexing='ij')
            grid = torch.stack((xv, yv), 2).view(1, 1, ny, nx, 2).to(x.dtype)
            s = t.sigmoid()
            xy = (s[..., 0:2] * 2 - 0.5 + grid) * (8 * 2 ** i)
            wh = (s[..., 2:4] * 2) ** 2 * self.anchors[i].view(1, 2, 1, 1, 2)
            z.append(torch.cat((xy, wh, s[..., 4:]), -1).view(bs, -1, 7))
        return torch.cat(z, 1)


net('YOLOv5-like (focus, SPP, decoding head)', Focus, (3, 64, 64), other=(96, 64))


class C2f(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.a, self.m, self.b = conv(c, c, 1, act=nn.SiLU), conv(c // 2, c // 2, act=nn.SiLU), conv(3 * c // 2, c, 1, act=nn.SiLU)

    def forward(self, x):
        y = list(self.a(x).chunk(2, 1))
        y.append(y[-1] + self.m(y[-1]))
        return self.b(torch.cat(y, 1))


class YOLOv8(nn.Module):
    """Anchor points and distances by a distribution (DFL)."""
    def __init__(self, classes=3, bins=8):
        super().__init__()
        self.classes, self.bins = classes, bins
        self.p3 = nn.Sequential(conv(3, 8, 3, 2, act=nn.SiLU), conv(8, 12, 3, 2, act=nn.SiLU), C2f(12), conv(12, 12, 3, 2, act=nn.SiLU))
        self.p4 = nn.Sequential(conv(12, 16, 3, 2, act=nn.SiLU), C2f(16))
        self.box = nn.ModuleList([nn.Conv2d(c, 4 * bins, 1) for c in (12, 16)])
        self.cls = nn.ModuleList([nn.Conv2d(c, classes, 1) for c in (12, 16)])
        self.dfl = nn.Conv2d(bins, 1, 1, bias=False)
        self.dfl.weight.data[:] = torch.arange(bins, dtype=torch.float).view(1, bins, 1, 1)

    def points(self, feats):
        points, strides = [], []
        for f, s in zip(feats, (8, 16)):
            h, w = f.shape[2:]
            sy, sx = torch.meshgrid(torch.arange(h, dtype=f.dtype) + 0.5, torch.arange(w, dtype=f.dtype) + 0.5, indexing='ij')
            points.append(torch.stack((sx, sy), -1).view(-1, 2))
            strides.append(torch.full((h * w, 1), s, dtype=f.dtype))
        return torch.cat(points).transpose(0, 1).unsqueeze(0), torch.cat(strides).transpose(0, 1)

    def forward(self, x):
        p3 = self.p3(x)
        feats = [p3, self.p4(p3)]
        y = [torch.cat((b(f), c(f)), 1) for b, c, f in zip(self.box, self.cls, feats)]
        points, strides = self.points(feats)
        n = x.shape[0]
        box, cls = torch.cat([t.view(n, 4 * self.bins + self.classes, -1) for t in y], 2).split((4 * self.bins, self.classes), 1)
        a = box.shape[-1]
        d = self.dfl(box.view(n, 4, self.bins, a).transpose(2, 1).softmax(1)).view(n, 4, a)
        lt, rb = d.chunk(2, 1)
        x1y1, x2y2 = points - lt, points + rb
        return torch.cat((torch.cat(((x1y1 + x2y2) / 2, x2y2 - x1y1), 1) * strides, cls.sigmoid()), 1)


net('YOLOv8-like (C2f, DFL head)', YOLOv8, (3, 64, 64), other=(96, 64))


class Darknet(nn.Module):
    """YOLOv3 and v4: Mish, routes, a head that is decoded in place of a loss."""
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = conv(3, 8, 3, 2, act=nn.Mish), conv(8, 12, 3, 2, act=nn.Mish), conv(12, 16, 3, 2, act=lambda: nn.LeakyReLU(0.1))
        self.up, self.d = nn.Upsample(scale_factor=2, mode='nearest'), conv(28, 12, act=lambda: nn.LeakyReLU(0.1))
        self.h1, self.h2 = nn.Conv2d(16, 12, 1), nn.Conv2d(12, 12, 1)

    def decode(self, t, anchors):
        n, _, h, w = t.size()
        t = t.view(n, 2, 6, h, w).permute(0, 1, 3, 4, 2)
        gx = torch.arange(w).repeat(h, 1).view(1, 1, h, w).to(t.dtype)
        gy = torch.arange(h).repeat(w, 1).t().view(1, 1, h, w).to(t.dtype)
        a = torch.tensor(anchors, dtype=t.dtype)
        boxes = torch.stack([torch.sigmoid(t[..., 0]) + gx, torch.sigmoid(t[..., 1]) + gy, torch.exp(t[..., 2]) * a[:, 0].view(1, 2, 1, 1), torch.exp(t[..., 3]) * a[:, 1].view(1, 2, 1, 1)], -1)
        return torch.cat((boxes.view(n, -1, 4), torch.sigmoid(t[..., 4:]).reshape(n, -1, 2)), -1)

    def forward(self, x):
        b = self.b(self.a(x))
        c = self.c(b)
        return torch.cat([self.decode(self.h1(c), [[3., 4.], [6., 5.]]), self.decode(self.h2(self.d(torch.cat([self.up(c), b], 1))), [[1., 2.], [2., 1.]])], 1)


net('YOLOv4-like (Mish, decoded heads)', Darknet, (3, 64, 64), other=(96, 64))


class SSD(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Sequential(conv(3, 8, 3, 2), conv(8, 8, 3, 2)), conv(8, 12, 3, 2), conv(12, 12, 3, 2)
        self.scale = nn.Parameter(torch.ones(1, 8, 1, 1) * 20)
        self.loc = nn.ModuleList(nn.Conv2d(c, 16, 3, padding=1) for c in (8, 12, 12))
        self.conf = nn.ModuleList(nn.Conv2d(c, 20, 3, padding=1) for c in (8, 12, 12))

    def forward(self, x):
        a = self.a(x)
        b = self.b(a)
        c = self.c(b)
        maps = [self.scale * a / (a.pow(2).sum(1, keepdim=True).sqrt() + 1e-10), b, c]
        loc = torch.cat([f(m).permute(0, 2, 3, 1).contiguous().view(x.size(0), -1) for f, m in zip(self.loc, maps)], 1)
        conf = torch.cat([f(m).permute(0, 2, 3, 1).contiguous().view(x.size(0), -1) for f, m in zip(self.conf, maps)], 1)
        return loc.view(x.size(0), -1, 4), F.softmax(conf.view(x.size(0), -1, 5), -1)


net('SSD (L2 norm layer, multibox heads)', SSD, (3, 64, 64), other=(80, 96))
net('CenterNet (deconvolutions, sigmoid map)', lambda: nn.Sequential(conv(3, 8, 3, 2), conv(8, 12, 3, 2), nn.ConvTranspose2d(12, 8, 4, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 3, 1), nn.Sigmoid()), (3, 48, 48), other=(64, 40))


class Hourglass(nn.Module):
    def __init__(self, n, c):
        super().__init__()
        self.up, self.low, self.out = conv(c, c), conv(c, c), conv(c, c)
        self.inner = Hourglass(n - 1, c) if n > 1 else conv(c, c)

    def forward(self, x):
        return self.up(x) + F.interpolate(self.out(self.inner(self.low(F.max_pool2d(x, 2, 2)))), scale_factor=2)


class KeyPoints(nn.Module):
    """A heat map and its soft argmax, in coordinates from -1 to 1."""
    def __init__(self):
        super().__init__()
        self.body, self.out = nn.Sequential(conv(3, 8, 3, 2), Hourglass(3, 8)), nn.Conv2d(8, 5, 1)

    def forward(self, x):
        m = self.out(self.body(x))
        n, k, h, w = m.shape
        p = m.flatten(2).softmax(-1).view(n, k, h, w)
        xs, ys = torch.linspace(-1, 1, w, dtype=x.dtype), torch.linspace(-1, 1, h, dtype=x.dtype)
        return torch.stack([(p.sum(2) * xs).sum(-1), (p.sum(3) * ys).sum(-1)], -1), m


net('Stacked hourglass with soft argmax', KeyPoints, (3, 64, 64))


class View(nn.Module):
    def __init__(self, *shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.view(x.size(0), *self.shape)


def up(i, o):
    return [nn.ConvTranspose2d(i, o, 4, 2, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU(True)]


net('DCGAN generator', lambda: nn.Sequential(nn.ConvTranspose2d(16, 24, 4, 1, 0, bias=False), nn.BatchNorm2d(24), nn.ReLU(), *up(24, 16), *up(16, 8), nn.ConvTranspose2d(8, 3, 4, 2, 1), nn.Tanh()), (16, 1, 1))
net('DCGAN discriminator', lambda: nn.Sequential(nn.Conv2d(3, 8, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(8, 16, 4, 2, 1), nn.BatchNorm2d(16), nn.LeakyReLU(0.2), nn.Conv2d(16, 1, 8), nn.Sigmoid(), nn.Flatten()), (3, 32, 32))
net('Upconvolutional generator (Dosovitskiy & Brox)', lambda: nn.Sequential(nn.Linear(32, 64), nn.LeakyReLU(0.3), nn.Linear(64, 16 * 16), nn.LeakyReLU(0.3), View(16, 4, 4), *up(16, 12), nn.Conv2d(12, 12, 3, padding=1), nn.LeakyReLU(0.3), *up(12, 8), nn.ConvTranspose2d(8, 3, 4, 2, 1)), (32,))
net('Autoencoder', lambda: nn.Sequential(conv(1, 8, 3, 2), conv(8, 8, 3, 2), nn.Flatten(), nn.Linear(392, 10), nn.Linear(10, 392), View(8, 7, 7), nn.ConvTranspose2d(8, 8, 3, 2, 1, 1), nn.ReLU(), nn.ConvTranspose2d(8, 1, 3, 2, 1, 1), nn.Sigmoid()), (1, 28, 28))
net('ESPCN (pixel shuffle)', lambda: nn.Sequential(nn.Conv2d(1, 12, 5, padding=2), nn.Tanh(), nn.Conv2d(12, 8, 3, padding=1), nn.Tanh(), nn.Conv2d(8, 9, 3, padding=1), nn.PixelShuffle(3)), (1, 32, 32), other=(24, 40))


class RRDB(nn.Module):
    def __init__(self, c=8, g=4):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(c + i * g, g if i < 3 else c, 3, padding=1) for i in range(4))

    def forward(self, x):
        xs = [x]
        for f in self.convs[:-1]:
            xs.append(F.leaky_relu(f(torch.cat(xs, 1)), 0.2))
        return x + 0.2 * self.convs[-1](torch.cat(xs, 1))


class ESRGAN(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.body, self.u, self.o = nn.Conv2d(12, 8, 3, padding=1), nn.Sequential(RRDB(), RRDB()), nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 3, 3, padding=1)

    def forward(self, x):
        y = self.a(F.pixel_unshuffle(x, 2))
        y = y + self.body(y)
        y = F.leaky_relu(self.u(F.interpolate(y, scale_factor=2, mode='nearest')), 0.2)
        return torch.clamp(self.o(F.interpolate(y, scale_factor=2, mode='bilinear')), -2.0, 2.0) + F.interpolate(x, scale_factor=2, mode='bicubic')


net('ESRGAN (dense residuals, unshuffle)', ESRGAN, (3, 32, 32), other=(24, 40))


class DnCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(conv(3, 8), conv(8, 8), nn.Conv2d(8, 3, 3, padding=1))

    def forward(self, x):
        return x - self.body(x)


net('DnCNN (residual denoiser)', DnCNN, (3, 40, 40), other=(33, 47))


class STN(nn.Module):
    """A spatial transformer: GridSample is an operator of ONNX since opset 16."""
    def __init__(self):
        super().__init__()
        self.loc = nn.Sequential(nn.Conv2d(1, 6, 7, 2), nn.ReLU(), nn.Conv2d(6, 6, 5, 2), nn.ReLU(), nn.Flatten(), nn.Linear(96, 6))
        self.body = nn.Sequential(conv(1, 8, 3, 2), nn.Flatten(), nn.Linear(8 * 14 * 14, 10))

    def forward(self, x):
        theta = (0.2 * self.loc(x)).view(-1, 2, 3) + torch.tensor([[1., 0., 0.], [0., 1., 0.]], dtype=x.dtype)
        ys, xs = torch.meshgrid(torch.linspace(-1, 1, 28, dtype=x.dtype), torch.linspace(-1, 1, 28, dtype=x.dtype), indexing='ij')
        base = torch.stack([xs, ys, torch.ones_like(xs)], -1).view(1, 784, 3)
        grid = torch.matmul(base, theta.transpose(1, 2)).view(-1, 28, 28, 2)
        return self.body(F.grid_sample(x, grid, align_corners=True))


net('Spatial transformer (grid sample)', STN, (1, 28, 28), opset=16)


class BlazeFace(nn.Module):
    """MediaPipe's blocks: uneven padding, channels padded on the shortcut."""
    def __init__(self):
        super().__init__()
        self.a, self.d, self.p = nn.Conv2d(3, 8, 5, 2), nn.Conv2d(8, 8, 3, 2, groups=8), nn.Conv2d(8, 12, 1)
        self.c, self.r = nn.Conv2d(12, 2, 1), nn.Conv2d(12, 8, 1)

    def forward(self, x):
        x = F.relu(self.a(F.pad(x, (1, 2, 1, 2), 'constant', 0)))
        short = F.pad(F.max_pool2d(x, 2, 2), (0, 0, 0, 0, 0, 4), 'constant', 0)
        x = F.relu(self.p(self.d(F.pad(x, (0, 2, 0, 2), 'constant', 0))) + short)
        b = x.shape[0]
        return self.c(x).permute(0, 2, 3, 1).reshape(b, -1, 1), self.r(x).permute(0, 2, 3, 1).reshape(b, -1, 8)


net('BlazeFace', BlazeFace, (3, 64, 64), other=(96, 64))


class Captions(nn.Module):
    """Scene-text-like: a picture's rows and columns asked by learned queries."""
    def __init__(self):
        super().__init__()
        self.body, self.q, self.k, self.out = nn.Sequential(conv(3, 12, 3, 2), conv(12, 16, 3, 2), SE(16)), nn.Parameter(torch.randn(5, 16)), nn.Linear(16, 16), nn.Linear(16, 7)

    def forward(self, x):
        y = self.body(x).flatten(2).transpose(1, 2)
        a = torch.softmax(self.q.expand(x.size(0), -1, -1) @ self.k(y).transpose(1, 2) / 4.0, -1)
        return self.out(a @ y)


net('Query decoder (expanded queries)', Captions, (3, 48, 48), other=(64, 40))


class NetVLAD(nn.Module):
    def __init__(self, k=4, c=12):
        super().__init__()
        self.body, self.conv, self.centres, self.norm = nn.Sequential(conv(3, 8, 3, 2), conv(8, c, 3, 2)), nn.Conv2d(c, k, 1), nn.Parameter(torch.randn(k, c)), L2()

    def forward(self, x):
        x = F.normalize(self.body(x), dim=1)
        n, c, h, w = x.shape
        a = F.softmax(self.conv(x).view(n, 4, -1), dim=1)
        flat = x.view(n, 1, c, -1) - self.centres.unsqueeze(0).unsqueeze(-1)
        v = (flat * a.unsqueeze(2)).sum(-1)
        return self.norm(F.normalize(v, p=2, dim=2).reshape(n, -1))


net('NetVLAD (place recognition)', NetVLAD, (3, 48, 48), other=(64, 40))


class CoordConv(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.fc = nn.Sequential(conv(5, 8, 3, 2), conv(8, 12, 3, 2)), nn.Linear(12, 10)

    def forward(self, x):
        n, _, h, w = x.shape
        ys = torch.arange(h, dtype=x.dtype).view(1, 1, h, 1).expand(n, 1, h, w) / (h - 1) * 2 - 1
        xs = torch.arange(w, dtype=x.dtype).view(1, 1, 1, w).repeat(n, 1, h, 1) / (w - 1) * 2 - 1
        return self.fc(self.body(torch.cat([x, xs, ys], 1)).amax((2, 3)))


net('CoordConv', CoordConv, (3, 48, 48), other=(64, 40))
