"""Nets of torchvision, narrow: its own code, with fewer channels and blocks."""
from functools import partial

import torch
import torchvision
from torch import nn
from torchvision.models import _utils
from torchvision.models.efficientnet import FusedMBConvConfig, MBConvConfig
from torchvision.models.mobilenetv3 import InvertedResidualConfig
from torchvision.models.regnet import BlockParams
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet
from torchvision.models.segmentation.deeplabv3 import DeepLabHead
from torchvision.models.segmentation.fcn import FCNHead
from torchvision.models.swin_transformer import SwinTransformer
from torchvision.models.convnext import CNBlockConfig
from torchvision.ops import FeaturePyramidNetwork

from common import net, thin

M = torchvision.models


def narrow(make, by=8, **more):
    def build():
        with thin(by):
            return make(num_classes=10 * by, **more)
    return build


def resnet(block, counts=(1, 1, 1, 1), by=8, **more):
    return narrow(lambda num_classes: ResNet(block, list(counts), num_classes=num_classes, **more), by)


net('AlexNet', narrow(partial(M.alexnet, weights=None)), (3, 224, 224))
net('VGG-11 with BatchNorm', narrow(partial(M.vgg11_bn, weights=None), 16), (3, 224, 224))
net('ResNet-18', resnet(BasicBlock, (2, 2, 2, 2)), other=(72, 88))
net('ResNet-50-like (bottlenecks)', resnet(Bottleneck), other=(80, 48))
net('ResNeXt', resnet(Bottleneck, groups=32, width_per_group=4), other=(80, 48))
net('Wide ResNet, dilated', resnet(Bottleneck, width_per_group=128, replace_stride_with_dilation=[False, True, True]))
net('DenseNet', lambda: M.DenseNet(growth_rate=6, block_config=(2, 3, 2), num_init_features=12, bn_size=2, num_classes=10))
net('SqueezeNet 1.0', narrow(partial(M.squeezenet1_0, weights=None)), other=(96, 72))
net('SqueezeNet 1.1', narrow(partial(M.squeezenet1_1, weights=None)), other=(96, 72))
net('GoogLeNet', narrow(partial(M.googlenet, weights=None, init_weights=False, aux_logits=False, transform_input=True)), other=(96, 80))
net('Inception v3', narrow(partial(M.inception_v3, weights=None, init_weights=False, aux_logits=False), 16), (3, 96, 96), other=(112, 128))
net('MobileNetV2', lambda: M.MobileNetV2(num_classes=10, width_mult=0.2), other=(96, 80))
net('MNASNet', lambda: M.MNASNet(0.3, num_classes=10), other=(96, 80))
net('ShuffleNetV2', lambda: M.ShuffleNetV2([2, 2, 2], [8, 16, 24, 32, 64], num_classes=10), other=(96, 80))


@net('MobileNetV3', other=(96, 80))
def mobilenet_v3():
    block = partial(InvertedResidualConfig, width_mult=1.0)
    setting = [block(8, 3, 8, 8, True, 'RE', 2, 1), block(8, 3, 24, 12, False, 'RE', 2, 1),
               block(12, 5, 32, 16, True, 'HS', 2, 1), block(16, 5, 48, 16, True, 'HS', 1, 2)]
    return M.MobileNetV3(setting, 64, num_classes=10)


@net('EfficientNet', other=(96, 80))
def efficientnet():
    block = partial(MBConvConfig, width_mult=1.0, depth_mult=1.0)
    return M.EfficientNet([block(1, 3, 1, 8, 8, 1), block(6, 3, 2, 8, 12, 2), block(6, 5, 2, 12, 20, 2)], 0.2, num_classes=10)


@net('EfficientNetV2', other=(96, 80))
def efficientnet_v2():
    return M.EfficientNet([FusedMBConvConfig(1, 3, 1, 8, 8, 1), FusedMBConvConfig(4, 3, 2, 8, 16, 2),
                           MBConvConfig(4, 3, 2, 16, 24, 2)], 0.2, num_classes=10, last_channel=64)


net('RegNetX', lambda: M.RegNet(BlockParams([1, 1, 2], [8, 16, 24], [8, 8, 8], [1.0] * 3, [2] * 3), num_classes=10), other=(80, 96))
net('RegNetY (squeeze-and-excite)', lambda: M.RegNet(BlockParams([1, 1, 2], [8, 16, 24], [8, 8, 8], [1.0] * 3, [2] * 3, se_ratio=0.25), num_classes=10), other=(80, 96))
net('ConvNeXt', lambda: M.ConvNeXt([CNBlockConfig(12, 24, 1), CNBlockConfig(24, 40, 2), CNBlockConfig(40, None, 1)], num_classes=10), other=(96, 80))
net('ViT', lambda: M.VisionTransformer(64, 16, 2, 3, 24, 48, num_classes=10))
net('Swin (shifted windows, masks)', lambda: SwinTransformer([4, 4], 12, [2, 2], [2, 4], [4, 4], num_classes=10), other=(96, 80), form='open batch')
net('Swin, windows larger than the map', lambda: SwinTransformer([4, 4], 12, [2, 2], [2, 4], [7, 7], num_classes=10), (3, 72, 72), form='fixed batch 1')
net('MaxViT', lambda: M.MaxVit((64, 64), 8, 4, [8, 16], [1, 1], 8, 0.0, num_classes=10), opset=13)


def backbone(dilated, **layers):
    model = ResNet(BasicBlock if not dilated else Bottleneck, [1, 1, 1, 1],
                   **({'replace_stride_with_dilation': [False, True, True]} if dilated else {}))
    return _utils.IntermediateLayerGetter(model, layers)


class Out(nn.Module):
    """The outputs of a net that gives them by name."""
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return tuple(self.inner(x).values())


@net('FCN with an auxiliary head', other=(96, 80))
def fcn():
    with thin(8):
        return Out(torchvision.models.segmentation.FCN(backbone(True, layer4='out', layer3='aux'), FCNHead(2048, 80), FCNHead(1024, 80)))


@net('DeepLab v3 (ASPP)', other=(96, 80))
def deeplab():
    with thin(8):
        return Out(torchvision.models.segmentation.DeepLabV3(backbone(True, layer4='out'), DeepLabHead(2048, 80)))


@net('LR-ASPP', other=(96, 80))
def lraspp():
    block = partial(InvertedResidualConfig, width_mult=1.0)
    setting = [block(8, 3, 8, 8, True, 'RE', 2, 1), block(8, 3, 24, 12, False, 'RE', 2, 1), block(12, 5, 32, 16, True, 'HS', 2, 1)]
    features = M.MobileNetV3(setting, 64, num_classes=10).features
    return Out(torchvision.models.segmentation.LRASPP(_utils.IntermediateLayerGetter(features, {'2': 'low', '4': 'high'}), 16, 96, 10, 16))


@net('FPN on a ResNet', other=(96, 80))
def fpn():
    with thin(8):
        body = backbone(False, layer1='c2', layer2='c3', layer3='c4', layer4='c5')
        return Out(nn.Sequential(body, FeaturePyramidNetwork([64, 128, 256, 512], 64)))


class CentreCrop(nn.Module):
    def forward(self, x):
        return x[:, :, 3:-3, 3:-3]


net('LeNet-5', lambda: nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10), nn.Softmax(1)), (1, 28, 28))
net('Network in Network', lambda: nn.Sequential(nn.Conv2d(3, 12, 5, 2, 2), nn.ReLU(), nn.Conv2d(12, 12, 1), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True), nn.Dropout(), nn.Conv2d(12, 10, 3, padding=1), nn.ReLU(), nn.Conv2d(10, 10, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LogSoftmax(1)), other=(50, 70))
net('All convolutional', lambda: nn.Sequential(CentreCrop(), nn.Conv2d(3, 8, 3), nn.ELU(), nn.Conv2d(8, 8, 3, 2), nn.LeakyReLU(0.1), nn.Conv2d(8, 12, 3, 2, padding=1, padding_mode='replicate'), nn.SELU(), nn.Conv2d(12, 10, 1), nn.Softplus(), nn.AdaptiveMaxPool2d(1), nn.Flatten()), other=(60, 76))
