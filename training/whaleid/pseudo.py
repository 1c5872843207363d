"""Names for photos that nobody has named, from a network that is good enough to be sure of some of them.

Source: Lee, "Pseudo-Label: The Simple and Efficient Semi-Supervised Learning Method for Deep Neural Networks" (2013).
"""
from __future__ import annotations

import numpy as np
import torch

from .data import Photos, Split
from .metrics import score_per_individual


def pseudo_labels(labelled: Photos, split: Split, embeddings: tuple[np.ndarray, np.ndarray], precision: float) -> np.ndarray:
    """`embeddings`: of the labelled and the unlabelled photos [N,2,D], as teacher_embeddings makes them -> for each unlabelled
    photo the place of its individual among the training photos' sorted names, or -1.

    A name counts when its score is at least the lowest one at which `precision` of the held-out photos above it (those of
    unseen individuals count as wrong) have the right name.
    """
    names = sorted({labelled.individuals[k] for k in split.train})
    at = {n: i for i, n in enumerate(names)}
    individual = torch.tensor([at[labelled.individuals[k]] for k in split.train])
    catalogue = torch.from_numpy(embeddings[0][split.train, 0])

    def named(rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        return score_per_individual(torch.from_numpy(rows), catalogue, individual, len(names)).max(1)

    held = split.known + split.unknown
    score, found = named(embeddings[0][held, 0])
    right = found == torch.tensor([at.get(labelled.individuals[k], -1) for k in held])
    order = score.argsort(descending=True)
    share = right[order].float().cumsum(0) / torch.arange(1, len(order) + 1)
    enough = (share >= precision).nonzero()
    if len(enough) == 0 or len(embeddings[1]) == 0:
        return np.full(len(embeddings[1]), -1)
    threshold = score[order[int(enough[-1])]]
    score, found = named(embeddings[1][:, 0])
    return torch.where(score >= threshold, found, torch.tensor(-1)).numpy()
