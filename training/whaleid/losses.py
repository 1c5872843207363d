"""What the embedding is trained on.

ArcFace: Deng et al., "ArcFace: Additive Angular Margin Loss for Deep Face Recognition" (CVPR 2019); several centres
per class: Deng et al., "Sub-center ArcFace" (ECCV 2020).
"""
from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ArcFace(nn.Module):
    """Unit vectors [N,D] and labels [N] -> loss. A class's logit is the cosine to the nearest of its centres."""

    def __init__(self, dim: int, classes: int, centres: int = 1, scale: float = 30.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(classes, centres, dim) * dim**-0.5)
        self.scale = scale

    @torch.no_grad()
    def start_at(self, centres: Tensor) -> None:
        """[classes,D]; several centres of one class start a little apart."""
        self.weight.copy_(F.normalize(centres[:, None] + 0.1 * F.normalize(self.weight, dim=2), dim=2))

    def forward(self, embedding: Tensor, label: Tensor, margin: float) -> Tensor:
        classes, centres, dim = self.weight.shape
        cosine = embedding.float() @ F.normalize(self.weight, dim=2).view(-1, dim).T
        cosine = cosine.view(len(embedding), classes, centres).amax(2)
        own = cosine.gather(1, label[:, None]).clamp(-1 + 1e-6, 1 - 1e-6)
        # Past pi - margin the cosine would rise again; there the margin is taken off linearly.
        harder = torch.where(own > math.cos(math.pi - margin), (own.acos() + margin).cos(), own - margin * math.sin(margin))
        return F.cross_entropy(self.scale * cosine.scatter(1, label[:, None], harder), label)


class Distillation(nn.Module):
    """Student unit vectors [N,D] and teacher unit vectors [N,T] -> 1 - cosine. A linear map bridges D and T."""

    def __init__(self, dim: int, teacher_dim: int):
        super().__init__()
        self.map: nn.Module = nn.Identity() if dim == teacher_dim else nn.Linear(dim, teacher_dim, bias=False)

    def forward(self, student: Tensor, teacher: Tensor) -> Tensor:
        return 1 - (F.normalize(self.map(student.float()), dim=1) * teacher.float()).sum(1).mean()
