"""EfficientNet-B0, EfficientNetV2-B0 and EfficientNetV2-S without their classifiers.

Sources: Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks" (ICML 2019), table 1;
Tan and Le, "EfficientNetV2: Smaller Models and Faster Training" (ICML 2021), table 4, with the widths 256 and 1280 of
the last two rows as in the authors' released networks. EfficientNetV2-B0 is the same authors' V2 scaled to the first one's
size; its widths and repeats are those of their released network.
"""
from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Stage:
    """A row of the layer table: `repeats` blocks, the first with `stride`, each to `width` channels."""

    fused: bool
    expand: int
    kernel: int
    stride: int
    width: int
    repeats: int


B0_STEM, B0_HEAD = 32, 1280
B0 = (
    Stage(False, 1, 3, 1, 16, 1),
    Stage(False, 6, 3, 2, 24, 2),
    Stage(False, 6, 5, 2, 40, 2),
    Stage(False, 6, 3, 2, 80, 3),
    Stage(False, 6, 5, 1, 112, 3),
    Stage(False, 6, 5, 2, 192, 4),
    Stage(False, 6, 3, 1, 320, 1),
)

V2_B0_STEM, V2_B0_HEAD = 32, 1280
V2_B0 = (
    Stage(True, 1, 3, 1, 16, 1),
    Stage(True, 4, 3, 2, 32, 2),
    Stage(True, 4, 3, 2, 48, 2),
    Stage(False, 4, 3, 2, 96, 3),
    Stage(False, 6, 3, 1, 112, 5),
    Stage(False, 6, 3, 2, 192, 8),
)

V2_S_STEM, V2_S_HEAD = 24, 1280
V2_S = (
    Stage(True, 1, 3, 1, 24, 2),
    Stage(True, 4, 3, 2, 48, 4),
    Stage(True, 4, 3, 2, 64, 4),
    Stage(False, 4, 3, 2, 128, 6),
    Stage(False, 6, 3, 1, 160, 9),
    Stage(False, 6, 3, 2, 256, 15),
)


def conv_bn(cin: int, cout: int, kernel: int, stride: int = 1, groups: int = 1, act: bool = True) -> nn.Sequential:
    """Convolution, batch norm and (with `act`) SiLU."""
    layers: list[nn.Module] = [
        nn.Conv2d(cin, cout, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(cout, eps=1e-3),
    ]
    return nn.Sequential(*layers, nn.SiLU(inplace=True)) if act else nn.Sequential(*layers)


class SqueezeExcite(nn.Module):
    """Gates channels by their average; the squeeze is a quarter of the block's input width."""

    def __init__(self, channels: int, squeezed: int):
        super().__init__()
        self.reduce = nn.Conv2d(channels, squeezed, 1)
        self.expand = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        gate = x.mean((2, 3), keepdim=True)
        return x * torch.sigmoid(self.expand(nn.functional.silu(self.reduce(gate))))


class Block(nn.Module):
    """MBConv (expand, depthwise, gate, project) or fused MBConv (one full convolution, project), with a shortcut
    where shapes allow it. `drop` is the chance that a photo skips the block in training (stochastic depth)."""

    def __init__(self, stage: Stage, cin: int, stride: int, drop: float):
        super().__init__()
        hidden, cout = cin * stage.expand, stage.width
        self.shortcut, self.drop = stride == 1 and cin == cout, drop
        self.gate: nn.Module = nn.Identity()
        self.expand: nn.Module = nn.Identity()
        if stage.fused:
            if stage.expand > 1:
                self.expand = conv_bn(cin, hidden, stage.kernel, stride)
                self.project = conv_bn(hidden, cout, 1, act=False)
            else:
                self.project = conv_bn(cin, cout, stage.kernel, stride)
            self.depthwise: nn.Module = nn.Identity()
        else:
            if stage.expand > 1:
                self.expand = conv_bn(cin, hidden, 1)
            self.depthwise = conv_bn(hidden, hidden, stage.kernel, stride, groups=hidden)
            self.gate = SqueezeExcite(hidden, max(1, cin // 4))
            self.project = conv_bn(hidden, cout, 1, act=False)

    def forward(self, x: Tensor) -> Tensor:
        y = self.project(self.gate(self.depthwise(self.expand(x))))
        if not self.shortcut:
            return y
        if self.training and self.drop > 0:
            keep = torch.rand(len(y), 1, 1, 1, device=y.device) >= self.drop
            y = y * (keep.to(y.dtype) / (1 - self.drop))
        return x + y


class EfficientNet(nn.Module):
    """Normalised RGB [N,3,H,W] -> features [N,1280,ceil(H/32),ceil(W/32)]."""

    def __init__(self, stages: tuple[Stage, ...], stem: int, head: int, drop: float):
        super().__init__()
        self.stages = stages
        self.stem = conv_bn(3, stem, 3, 2)
        total, cin = sum(s.repeats for s in stages), stem
        blocks: list[nn.Module] = []
        for stage in stages:
            for k in range(stage.repeats):
                blocks.append(Block(stage, cin, stage.stride if k == 0 else 1, drop * len(blocks) / total))
                cin = stage.width
        self.blocks = nn.Sequential(*blocks)
        self.head = conv_bn(cin, head, 1)
        self.channels = head
        self.early_channels = stem + stages[0].width

    def early(self, x: Tensor) -> tuple[Tensor, ...]:
        """Normalised RGB [N,3,H,W] -> what stem and first stage make of it, both at half the side."""
        stem = self.stem(x)
        return stem, self.blocks[: self.stages[0].repeats](stem)

    def late(self, early: tuple[Tensor, ...]) -> Tensor:
        return self.head(self.blocks[self.stages[0].repeats :](early[-1]))

    def forward(self, x: Tensor) -> Tensor:
        return self.late(self.early(x))


def efficientnet_b0(drop: float = 0.1) -> EfficientNet:
    """4.0 M parameters, 0.39 G multiply-adds at 224 px."""
    return EfficientNet(B0, B0_STEM, B0_HEAD, drop)


def efficientnet_v2_b0(drop: float = 0.1) -> EfficientNet:
    """5.9 M parameters, 0.72 G multiply-adds at 224 px."""
    return EfficientNet(V2_B0, V2_B0_STEM, V2_B0_HEAD, drop)


def efficientnet_v2_s(drop: float = 0.2) -> EfficientNet:
    """20.2 M parameters, 2.9 G multiply-adds at 224 px and 8.4 at 384 px."""
    return EfficientNet(V2_S, V2_S_STEM, V2_S_HEAD, drop)
