"""Is there a whale or dolphin on the photo at all? A logistic regression on what a trunk's first layers see.

First layers, because what is learned there of colours and textures holds for photos of a kind that was never seen; later layers of a
trunk trained on one species know that species only (training/README.md has the figures).
"""
from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

DECAY, KEPT = 0.3, 0.95
"""Of the weights, in units of a feature's deviation; the share of held-out whales that the threshold lets pass."""


class Gate(nn.Module):
    """A trunk's early features, each [N,C,h,w] -> the probability [N], 0 to 1, that a whale or dolphin is on the photo. `channels`: of all of them."""

    def __init__(self, channels: int):
        super().__init__()
        self.logit = nn.Linear(3 * channels, 1)

    def forward(self, early: tuple[Tensor, ...]) -> Tensor:
        return torch.sigmoid(self.logit(summary(early))).flatten()


def summary(early: tuple[Tensor, ...]) -> Tensor:
    """[N,C,h,w] each -> [N,3C]: each channel's mean, deviation and maximum over the photo, of one part after the other."""
    return torch.cat([_summary(F.relu(x.float())) for x in early], 1)


def _summary(x: Tensor) -> Tensor:
    # Pooling is what a runtime does fastest. Not the mean of the squares less the square of the mean: a channel that hardly varies has no digits left then.
    mean, maximum = F.adaptive_avg_pool2d(x, 1), F.adaptive_max_pool2d(x, 1)
    deviation = F.adaptive_avg_pool2d((x - mean) ** 2, 1).add(1e-6).sqrt()
    return torch.cat([mean, deviation, maximum], 1).flatten(1)


@dataclass(frozen=True)
class Source:
    """Photos of one origin; `summaries` [N,3C]."""

    name: str
    cetacean: bool
    summaries: Tensor


def fit_gate(sources: list[Source]) -> Gate:
    """Each side counts one half; within a side a source counts as the square root of its photos."""
    x = torch.cat([s.summaries for s in sources])
    y = torch.cat([torch.full((len(s.summaries),), float(s.cetacean)) for s in sources])
    weight = torch.cat([torch.full((len(s.summaries),), len(s.summaries) ** -0.5) for s in sources])
    for side in (0.0, 1.0):
        weight[y == side] *= 0.5 / weight[y == side].sum()
    mean, deviation = x.mean(0), x.std(0) + 1e-6
    x = (x - mean) / deviation
    w, b = torch.zeros(x.shape[1], requires_grad=True), torch.zeros((), requires_grad=True)
    optimiser = torch.optim.LBFGS([w, b], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        value = (weight * F.binary_cross_entropy_with_logits(x @ w + b, y, reduction="none")).sum() + DECAY * (w**2).sum()
        value.backward()
        return value

    optimiser.step(loss)
    gate = Gate(x.shape[1] // 3)
    with torch.no_grad():
        gate.logit.weight.copy_((w / deviation)[None])
        gate.logit.bias.copy_((b - (w * mean / deviation).sum())[None])
    return gate


@torch.no_grad()
def probabilities(gate: Gate, summaries: Tensor) -> Tensor:
    return torch.sigmoid(gate.logit(summaries)).flatten()


def measure_gate(sources: list[Source], seed: int = 1) -> dict:
    """Every source in turn is held out wholly; the gate is fitted on half of each other source and meets the other halves too.

    -> `threshold`, which lets KEPT of the held-out whales pass (each source counting the same); for each source `photos`, `auroc` against
    the other side's halves and `passed`, the share at or above the threshold.
    """
    generator = torch.Generator().manual_seed(seed)
    half = {s.name: torch.rand(len(s.summaries), generator=generator) < 0.5 for s in sources}
    seen: dict[str, list[Tensor]] = {s.name: [] for s in sources}
    auroc: dict[str, list[float]] = {s.name: [] for s in sources}
    for held in sources:
        for flip in (False, True):
            gate = fit_gate([Source(s.name, s.cetacean, s.summaries[half[s.name] ^ flip]) for s in sources if s is not held])
            own = probabilities(gate, held.summaries)
            others = torch.cat([probabilities(gate, s.summaries[~(half[s.name] ^ flip)]) for s in sources if s.cetacean != held.cetacean])
            whales, rest = (own, others) if held.cetacean else (others, own)
            seen[held.name].append(own)
            auroc[held.name].append(float((whales[:, None] > rest[None]).float().mean()))
    whales = [torch.cat(seen[s.name]) for s in sources if s.cetacean]
    every, weight = torch.cat(whales), torch.cat([torch.full((len(p),), 1 / len(p)) for p in whales])
    order = every.argsort()
    below = weight[order].cumsum(0) / weight.sum()
    threshold = float(every[order[int((below >= 1 - KEPT).nonzero()[0])]])
    return {"threshold": round(threshold, 4), "heldOutSources": [
        {"source": s.name, "cetacean": s.cetacean, "photos": len(s.summaries), "auroc": round(sum(auroc[s.name]) / 2, 4),
         "passed": round(float((torch.cat(seen[s.name]) >= threshold).float().mean()), 4)} for s in sources]}
