"""Figures of identification by the catalogue, scored as the product does it."""
from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

FALSE_ACCEPTS = 0.05


@dataclass(frozen=True)
class Figures:
    """top1, top5, mrr: of photos of known individuals. auroc: known against unseen individuals by the best score.
    threshold: the score that 5 % of the photos of unseen individuals exceed; tar: the share of known photos above it,
    tar_right: above it and named right. calibration: all photos, known and not, in fifths by their best score: the fifth's
    lowest score, its photos, and the share of them that are named right."""

    top1: float
    top5: float
    mrr: float
    auroc: float
    threshold: float
    far: float
    tar: float
    tar_right: float
    known_photos: int
    unknown_photos: int
    calibration: tuple[tuple[float, int, float], ...] = ()

    def as_dict(self) -> dict[str, float]:
        """Without the calibration, which is no single number."""
        return {k: round(v, 5) for k, v in asdict(self).items() if k != "calibration"}

    def calibration_as_dicts(self) -> list[dict[str, float]]:
        return [{"score": round(score, 3), "photos": photos, "right": round(right, 3)} for score, photos, right in self.calibration]


def score_per_individual(query: Tensor, catalogue: Tensor, individual: Tensor, count: int, prototype_share: float = 0.0) -> Tensor:
    """Unit vectors [Q,D] and [C,D], individual [C] in 0..count-1, each at least once -> the score of each individual [Q,count]:
    the cosine to its closest photo and, to a share, to its prototype, the mean direction of its photos."""
    cosine = query @ catalogue.T
    closest = torch.stack([cosine[:, individual == i].amax(1) for i in range(count)], 1)
    sums = torch.zeros(count, catalogue.shape[1]).index_add_(0, individual, catalogue)
    return closest + prototype_share * (query @ F.normalize(sums).T - closest)


def measure(known: Tensor, known_individuals: list[str], catalogue: Tensor, catalogue_individuals: list[str],
            unknown: Tensor, prototype_share: float = 0.0) -> Figures:
    """Every known photo's individual must be in the catalogue; no unknown photo's may be."""
    names = sorted(set(catalogue_individuals))
    at = {n: k for k, n in enumerate(names)}
    individual = torch.tensor([at[i] for i in catalogue_individuals])
    scores = score_per_individual(known, catalogue, individual, len(names), prototype_share)
    own = scores.gather(1, torch.tensor([[at[i]] for i in known_individuals]))
    rank = (scores > own).sum(1)
    top = scores.amax(1)
    strangers = score_per_individual(unknown, catalogue, individual, len(names), prototype_share).amax(1)
    threshold = strangers.sort(descending=True).values[int(FALSE_ACCEPTS * len(strangers))]
    above = (top[:, None] > strangers[None]).float() + (top[:, None] == strangers[None]).float() / 2

    def share(x: Tensor) -> float:
        return x.float().mean().item()

    return Figures(share(rank < 1), share(rank < 5), share(1 / (rank + 1.0)), share(above), threshold.item(),
                   share(strangers > threshold), share(top > threshold), share((top > threshold) & (rank < 1)),
                   len(known), len(unknown), _calibration(torch.cat([top, strangers]), torch.cat([rank < 1, torch.zeros(len(strangers), dtype=torch.bool)])))


def _calibration(score: Tensor, right: Tensor, parts: int = 5) -> tuple[tuple[float, int, float], ...]:
    order = score.argsort()
    return tuple((score[part].min().item(), len(part), right[part].float().mean().item()) for part in order.tensor_split(parts) if len(part) > 0)
