"""ResNet-101 in its pre-activation form, without the classifier.

Source: He, Zhang, Ren and Sun, "Identity Mappings in Deep Residual Networks" (ECCV 2016): batch norm and ReLU come
before each convolution, the shortcut of a stage's first block leaves after the first of them, and the stride sits in
the 3x3 convolution.
"""
from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

RESNET_101 = (3, 4, 23, 3)


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
    """Normalised RGB [N,3,H,W] -> features [N,2048,H/32,W/32]."""

    channels = 2048

    def __init__(self, blocks: tuple[int, int, int, int]):
        super().__init__()
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

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.bn_stem(self.stem(self.bn_in(x)))), 3, 2, 1)
        for stage in self.stages:
            x = stage(x)
        return F.relu(self.bn_out(x))


def resnet_101() -> PreActivationResNet:
    """42.5 M parameters, 7.8 G multiply-adds at 224 px."""
    return PreActivationResNet(RESNET_101)
