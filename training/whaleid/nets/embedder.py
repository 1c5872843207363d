"""From features to a unit vector.

GeM pooling is from Radenović, Tolias and Chum, "Fine-tuning CNN Image Retrieval with No Human Annotation" (2018);
the batch-norm neck from Luo et al., "Bag of Tricks and a Strong Baseline for Deep Person Re-identification" (2019).
"""
from __future__ import annotations

from typing import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .efficientnet import efficientnet_b0, efficientnet_v2_b0, efficientnet_v2_s
from .resnet import resnet_50_to_conv4, resnet_101, resnet_101_to_conv4

ARCHITECTURES: dict[str, Callable[[], nn.Module]] = {
    "efficientnet_b0": efficientnet_b0,
    "efficientnet_v2_b0": efficientnet_v2_b0,
    "efficientnet_v2_s": efficientnet_v2_s,
    "resnet_50_to_conv4": resnet_50_to_conv4,
    "resnet_101_to_conv4": resnet_101_to_conv4,
    "resnet_101": resnet_101,
}


class StripGeM(nn.Module):
    """[N,C,H,W] -> [N,C*(1+strips)]: generalised mean over everything and over vertical strips along the width.

    The pictures are aligned (the rostrum points right), so a strip sees the same part of every head. Strips overlap
    where the width does not divide; strips=0 is plain GeM, for pictures that are not aligned.
    """

    def __init__(self, strips: int):
        super().__init__()
        self.strips, self.p = strips, nn.Parameter(torch.tensor(3.0))

    def forward(self, f: Tensor) -> Tensor:
        f = f.float().clamp(min=1e-4).pow(self.p).mean(2)
        width, k = int(f.shape[2]), self.strips
        parts = [f.mean(2)] + [f[:, :, i * width // k : -(-(i + 1) * width // k)].mean(2) for i in range(k)]
        return torch.cat(parts, 1).pow(1 / self.p)


class Embedder(nn.Module):
    """Normalised RGB [N,3,H,W] -> unit vectors [N,dim]: trunk, pooling, batch norm, linear, batch-norm neck."""

    def __init__(self, architecture: str, dim: int = 512, strips: int = 4, drop: float = 0.2):
        super().__init__()
        self.architecture, self.dim, self.strips = architecture, dim, strips
        self.trunk = ARCHITECTURES[architecture]()
        self.pool = StripGeM(strips)
        pooled = self.trunk.channels * (1 + strips)
        self.bn_in, self.drop = nn.BatchNorm1d(pooled), nn.Dropout(drop)
        self.project, self.neck = nn.Linear(pooled, dim, bias=False), nn.BatchNorm1d(dim)
        self.apply(_initialise)

    def forward(self, x: Tensor) -> Tensor:
        return self.embed(self.trunk(x))

    def embed(self, features: Tensor) -> Tensor:
        """[N,C,h,w] -> [N,dim], in float32 whatever the trunk ran in."""
        pooled = self.bn_in(self.pool(features))
        return F.normalize(self.neck(self.project(self.drop(pooled))), dim=1)


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out")
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=module.in_features**-0.5)
