"""Figures of a network on the held-out photos, also with crops that are off."""
from __future__ import annotations

from typing import Callable

import numpy as np
import torch
from torch import Tensor

from .augment import normalise, resize, to_float, warp
from .data import Photos, Split
from .metrics import Figures, measure

View = Callable[[Tensor, int], Tensor]
BATCH = 64


def plain(x: Tensor, size: int) -> Tensor:
    """[N,3,S,S] in 0..1 -> [N,3,size,size]."""
    return resize(x, size)


def crop_off(degrees: float, scale: float) -> View:
    """A view whose crop is turned and `scale` times as large as it should be, as a careless hand or a detector makes it."""
    def view(x: Tensor, size: int) -> Tensor:
        n = len(x)
        full = [torch.full((n,), v, device=x.device) for v in (degrees, scale, 1.0)]
        return warp(x, size, *full, torch.zeros(n, 2, device=x.device), torch.zeros(n, dtype=torch.bool, device=x.device))
    return view


CROPS_OFF: dict[str, View] = {
    "turned +15": crop_off(15, 1.0), "turned -15": crop_off(-15, 1.0),
    "20 % too wide": crop_off(0, 1.2), "20 % too tight": crop_off(0, 0.8),
    "+15 and 20 % too wide": crop_off(15, 1.2), "-15 and 20 % too tight": crop_off(-15, 0.8),
}


@torch.no_grad()
def embed(model: torch.nn.Module, pixels: np.ndarray, rows: list[int], size: int, view: View = plain) -> Tensor:
    """uint8 [*,S,S,3] and rows -> unit vectors [len(rows),D] on the CPU."""
    model.eval()
    device, out = next(model.parameters()).device, []
    for k in range(0, len(rows), BATCH):
        x = to_float(torch.from_numpy(pixels[rows[k : k + BATCH]]).to(device))
        out.append(model(normalise(view(x, size))).float().cpu())
    return torch.cat(out)


def evaluate(model: torch.nn.Module, labelled: Photos, split: Split, size: int, views: dict[str, View] | None = None,
             embeddings: Tensor | None = None, prototype_share: float = 0.0) -> tuple[Figures, dict[str, float]]:
    """-> figures with the training photos as the catalogue, and top-1 of the known photos under each of `views`.
    `embeddings` [photos,D]: of all labelled photos, where they are known already."""
    def individuals(rows: list[int]) -> list[str]:
        return [labelled.individuals[k] for k in rows]

    def embedded(rows: list[int], view: View = plain) -> Tensor:
        return embeddings[rows] if embeddings is not None and view is plain else embed(model, labelled.pixels, rows, size, view)

    catalogue, unknown = embedded(split.train), embedded(split.unknown)

    def figures(view: View) -> Figures:
        return measure(embedded(split.known, view), individuals(split.known), catalogue, individuals(split.train), unknown, prototype_share)

    return figures(plain), {name: round(figures(view).top1, 5) for name, view in (views or {}).items()}
