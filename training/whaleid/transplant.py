"""Initial weights for EfficientNet-B0 from an ImageNet MobileNetV2 1.0, for want of its own.

B0 is MobileNetV2's block list with other widths, kernels and repeats, and none of B0's widths is smaller: MobileNetV2's
channels become the first channels of B0's, its 3x3 kernels the middle of the 5x5 ones. The rest is kept as near to
MobileNetV2's function as it gets without training:

- SiLU is ReLU for large inputs only. Batch norms before it are scaled up to GAIN standard deviations, channel by
  channel, and the weights behind it down again.
- MobileNetV2's first block expands and B0's does not: stem and expansion become one convolution by least squares on photos.
- Gates start at 0.88 and the weights behind them make up for it; new channels start as small noise; a repeat that
  MobileNetV2 lacks starts as the identity.
"""
from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .nets.efficientnet import Block, EfficientNet

MOBILENET_BLOCK = (0, 1, 2, 3, 4, 6, 7, 8, 10, 11, 12, 13, 14, 15, None, 16)
"""The MobileNetV2 block (of 17) that each of B0's 16 blocks is grown from; those left out change least."""
GAIN, GATE_BIAS, NOISE, DONOR_EPS = 6.0, 2.0, 0.1, 1e-5


@torch.no_grad()
def grow_b0_from_mobilenet_v2(net: EfficientNet, donor: dict[str, Tensor], pictures: Tensor) -> None:
    """`donor`: conv0, bn0, blocks.K.c.J and .b.J (J: expand, depthwise, project), conv1, bn1, as a state dict;
    `pictures`: a few normalised photos [N,3,S,S]."""
    donor = {k: v.float() for k, v in donor.items()}
    scale: Tensor | None = _fit_stem(net.stem, donor, pictures)
    for block, source in zip(net.blocks, MOBILENET_BLOCK):
        if source is None:
            nn.init.zeros_(block.project[1].weight)
        else:
            _grow_block(block, donor, source, scale)
        scale = None
    _grow(net.head, donor, "conv1", "bn1", None, activated=True)


def _grow_block(block: Block, donor: dict[str, Tensor], source: int, scale: Tensor | None) -> None:
    """`scale` [cin]: how much larger than in the donor the input is, where it follows an activation directly."""
    conv, norm = f"blocks.{source}.c.", f"blocks.{source}.b."
    if isinstance(block.expand, nn.Sequential):
        scale = _grow(block.expand, donor, conv + "0", norm + "0", None, activated=True)
    scale = _grow(block.depthwise, donor, conv + "1", norm + "1", scale, activated=True)
    block.gate.expand.weight *= NOISE
    nn.init.constant_(block.gate.expand.bias, GATE_BIAS)
    gate = torch.sigmoid(torch.tensor(GATE_BIAS))
    _grow(block.project, donor, conv + "2", norm + "2", scale * gate, activated=False)


def _grow(part: nn.Sequential, donor: dict[str, Tensor], conv: str, norm: str, scale: Tensor | None, activated: bool) -> Tensor:
    """Copies a convolution and its batch norm; -> how much larger the output is than the donor's, by channel."""
    target, bn, given = part[0].weight, part[1], donor[f"{conv}.weight"]
    out, cin, margin = given.shape[0], given.shape[1], (target.shape[2] - given.shape[2]) // 2
    if scale is not None:
        given = given / (scale.view(-1, 1, 1, 1) if cin == 1 else scale.view(1, -1, 1, 1))
    variance = donor[f"{norm}.running_var"] + DONOR_EPS
    unit = variance.mean() ** -0.5
    target[:out, cin:] *= NOISE
    kept = target[:out, :cin]
    kept.zero_()
    kept[:, :, margin : target.shape[2] - margin, margin : target.shape[3] - margin] = given * unit
    bn.running_mean[:out] = donor[f"{norm}.running_mean"] * unit
    bn.running_var[:out] = (variance * unit**2 - bn.eps).clamp(min=1e-6)
    gamma, beta = donor[f"{norm}.weight"], donor[f"{norm}.bias"]
    larger = GAIN / gamma.abs().clamp(min=0.01) if activated else torch.ones_like(gamma)
    bn.weight[:out], bn.bias[:out] = gamma * larger, beta * larger
    return larger


def _fit_stem(stem: nn.Sequential, donor: dict[str, Tensor], pictures: Tensor) -> Tensor:
    """The 3x3 convolution nearest to the donor's stem and first expansion, before the last of their activations."""
    conv, bn = stem[0], stem[1]
    first = F.conv2d(pictures, donor["conv0.weight"], stride=2, padding=1)
    first = F.conv2d(_norm(first, donor, "bn0").clamp(0, 6), donor["blocks.0.c.0.weight"])
    wanted = _norm(first, donor, "blocks.0.b.0").permute(0, 2, 3, 1).flatten(0, 2)
    patches = F.unfold(pictures, 3, padding=1, stride=2).transpose(1, 2).flatten(0, 1)
    fit = torch.linalg.lstsq(torch.cat([patches, torch.ones(len(patches), 1)], 1), wanted, driver="gelsd").solution
    conv.weight.copy_(fit[:-1].T.reshape(conv.weight.shape))
    output = patches @ fit[:-1]
    spread = output.std(0).clamp(min=0.01)
    bn.running_mean.copy_(output.mean(0))
    bn.running_var.copy_(output.var(0))
    bn.weight.copy_(GAIN * (output.var(0) + bn.eps).sqrt() / spread)
    bn.bias.copy_(GAIN * (output.mean(0) + fit[-1]) / spread)
    return GAIN / spread


def _norm(x: Tensor, donor: dict[str, Tensor], norm: str) -> Tensor:
    part = {name: donor[f"{norm}.{name}"] for name in ("running_mean", "running_var", "weight", "bias")}
    return F.batch_norm(x, **part, eps=DONOR_EPS)
