"""The mean of a network before and after it was trained further is often better than either: Wortsman et al., "Robust
fine-tuning of zero-shot models" (CVPR 2022). Its batch norms need statistics of their own: Izmailov et al., "Averaging
Weights Leads to Wider Optima and Better Generalization" (UAI 2018)."""
from __future__ import annotations

import torch
from torch import Tensor, nn

from .nets import Embedder

BATCH = 192
"""Photos at a time; a few photos are poor statistics."""


@torch.no_grad()
def average(before: Embedder, after: Embedder, pictures: Tensor, share: float = 0.5) -> Embedder:
    """-> `share` of `after`'s weights and the rest of `before`'s; `pictures`: normalised training photos [N,3,S,S], a few
    hundred or more. The two must be of one architecture."""
    mean = Embedder(after.architecture, after.dim, after.strips).to(memory_format=torch.channels_last)
    ends = after.state_dict()
    mean.load_state_dict({k: torch.lerp(v, ends[k], share) if v.is_floating_point() else ends[k] for k, v in before.state_dict().items()})
    mean.eval()
    for norm in mean.modules():
        if isinstance(norm, (nn.BatchNorm1d, nn.BatchNorm2d)):
            norm.reset_running_stats()
            norm.momentum = None  # the plain mean over all batches
            norm.train()
    for part in pictures.split(BATCH):
        if len(part) > 1:
            mean(part)
    return mean.eval()
