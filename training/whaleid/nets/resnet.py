"""ResNets in their pre-activation form, without the classifier.

Source: He, Zhang, Ren and Sun, "Identity Mappings in Deep Residual Networks" (ECCV 2016): batch norm and ReLU come
before each convolution, the shortcut of a stage's first block leaves after the first of them, and the stride sits in
the 3x3 convolution.
"""
from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

RESNET_50_TO_CONV4, RESNET_101_TO_CONV4, RESNET_101 = (3, 4, 6), (3, 4, 23), (3, 4, 23, 3)
"""Blocks of each stage."""


class PreActivationBottleneck(nn.Module):
    """[N,cin,H,W] -> [N,cout,H/stride,W/stride]."""

    def __init__(self, cin: int, cout: int, stride: int):
        super().__init__()
        mid = cout // 4
        self.bn1, self.conv1 = nn.BatchNorm2d(cin), nn.Conv2d(cin, mid, 1, bias=False)
        self.bn2, self.conv2 = nn.BatchNorm2d(mid), nn.Conv2d(mid, mid, 3, stride, 1, bias=False)
        self.bn3, self.conv3 = nn.BatchNorm2d(mid), nn.Conv2d(mid, cout, 1, bias=False)
        self.shortcut = nn.Conv2d(cin, cout, 1, stride, bias=False) if cin != cout or stride != 1 else None

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.bn1(x))
        short = x if self.shortcut is None else self.shortcut(y)
        y = self.conv2(F.relu(self.bn2(self.conv1(y))))
        return short + self.conv3(F.relu(self.bn3(y)))


class PreActivationResNet(nn.Module):
    """Normalised RGB [N,3,H,W] -> features [N,2048,H/32,W/32], or [N,1024,H/16,W/16] with three stages."""

    def __init__(self, blocks: tuple[int, ...]):
        super().__init__()
        self.channels, self.early_channels, self._frozen = 128 << len(blocks), 256, 0
        self.bn_in = nn.BatchNorm2d(3)
        self.stem, self.bn_stem = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        self.stages, cin = nn.ModuleList(), 64
        for k, count in enumerate(blocks):
            cout = 256 << k
            stage = []
            for j in range(count):
                stage.append(PreActivationBottleneck(cin, cout, 2 if j == 0 and k > 0 else 1))
                cin = cout
            self.stages.append(nn.Sequential(*stage))
        self.bn_out = nn.BatchNorm2d(self.channels)

    def freeze(self, parts: int) -> None:
        """Keeps the stem (1), and stages 1 to n (1 + n), as they are, batch statistics included; 0 frees everything."""
        self._frozen = parts
        for k, part in enumerate(self._in_order()):
            part.requires_grad_(k >= parts)
        self.train(self.training)

    def train(self, mode: bool = True) -> PreActivationResNet:
        super().train(mode)
        for part in self._in_order()[: self._frozen]:
            part.eval()
        return self

    def _in_order(self) -> list[nn.Module]:
        return [nn.ModuleList([self.bn_in, self.stem, self.bn_stem]), *self.stages]

    def early(self, x: Tensor) -> tuple[Tensor, ...]:
        """Normalised RGB [N,3,H,W] -> what the first stage makes of it, [N,256,H/4,W/4]."""
        return (self.stages[0](F.max_pool2d(F.relu(self.bn_stem(self.stem(self.bn_in(x)))), 3, 2, 1)),)

    def late(self, early: tuple[Tensor, ...]) -> Tensor:
        x = early[-1]
        for stage in self.stages[1:]:
            x = stage(x)
        return F.relu(self.bn_out(x))

    def forward(self, x: Tensor) -> Tensor:
        return self.late(self.early(x))


def resnet_50_to_conv4() -> PreActivationResNet:
    """ResNet-50 without its last stage: 8.5 M parameters, 3.3 G multiply-adds at 224 px."""
    return PreActivationResNet(RESNET_50_TO_CONV4)


def resnet_101_to_conv4() -> PreActivationResNet:
    """ResNet-101 without its last stage: 27.5 M parameters, 7.0 G multiply-adds at 224 px."""
    return PreActivationResNet(RESNET_101_TO_CONV4)


def resnet_101() -> PreActivationResNet:
    """42.5 M parameters, 7.8 G multiply-adds at 224 px."""
    return PreActivationResNet(RESNET_101)
