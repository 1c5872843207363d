"""Initial weights for EfficientNet-B0 from an ImageNet MobileNetV2 1.0, for want of its own.

B0 is MobileNetV2's block list with other widths, kernels and repeats, and none of B0's widths is smaller: MobileNetV2's
channels become the first channels of B0's, its 3x3 kernels the middle of the 5x5 ones. What is new starts as noise
that reaches the residual stream only through small weights, and a repeat that MobileNetV2 lacks starts as the identity.
ReLU6 became SiLU and gates are new, so this is a head start and not the same function.
"""
from __future__ import annotations

import torch
from torch import Tensor, nn

from .nets.efficientnet import Block, EfficientNet

MOBILENET_BLOCK = (0, 1, 2, 3, 4, 6, 7, 8, 10, 11, 12, 13, 14, 15, None, 16)
"""The MobileNetV2 block (of 17) that each of B0's 16 blocks is grown from."""


def grow_b0_from_mobilenet_v2(net: EfficientNet, donor: dict[str, Tensor]) -> None:
    """`donor`: conv0, bn0, blocks.K.c.J and .b.J (J: expand, depthwise, project), conv1, bn1, as a state dict."""
    donor = {k: v.float() for k, v in donor.items()}
    with torch.no_grad():
        _grow(net.stem, donor, "conv0", "bn0")
        _fold_first_expansion(net.stem, donor)
        for block, source in zip(net.blocks, MOBILENET_BLOCK):
            if source is None:
                nn.init.zeros_(block.project[1].weight)
            else:
                _grow_block(block, donor, source)
        _grow(net.head, donor, "conv1", "bn1")


def _grow_block(block: Block, donor: dict[str, Tensor], source: int) -> None:
    parts = (block.expand, block.depthwise, block.project)
    for j, part in enumerate(parts):
        if isinstance(part, nn.Sequential):
            _grow(part, donor, f"blocks.{source}.c.{j}", f"blocks.{source}.b.{j}")
    nn.init.constant_(block.gate.expand.bias, 2.0)


def _grow(part: nn.Sequential, donor: dict[str, Tensor], conv: str, norm: str) -> None:
    weight, given = part[0].weight, donor[f"{conv}.weight"]
    out, cin, k = given.shape[0], given.shape[1], (weight.shape[2] - given.shape[2]) // 2
    weight[:out, cin:] *= 0.1
    target = weight[:out, :cin]
    target.zero_()
    target[:, :, k : weight.shape[2] - k, k : weight.shape[3] - k] = given
    for name in ("weight", "bias", "running_mean", "running_var"):
        getattr(part[1], name)[:out] = donor[f"{norm}.{name}"]


def _fold_first_expansion(stem: nn.Sequential, donor: dict[str, Tensor]) -> None:
    """MobileNetV2's first block here has a 1x1 expansion that B0's has not: stem and expansion become one
    convolution, leaving out the ReLU6 between them."""
    conv, norm = stem[0], stem[1]
    expansion = donor["blocks.0.c.0.weight"][:, :, 0, 0]
    gain = norm.weight / (norm.running_var + 1e-5).sqrt()
    offset = expansion @ (norm.bias - gain * norm.running_mean)
    conv.weight.copy_((expansion @ (conv.weight * gain[:, None, None, None]).flatten(1)).view_as(conv.weight))
    for name in ("weight", "bias", "running_mean", "running_var"):
        getattr(norm, name).copy_(donor[f"blocks.0.b.0.{name}"])
    norm.running_mean -= offset
