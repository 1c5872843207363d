"""Which photos a step sees, and what it should make of them."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .data import Photos, Split


@dataclass(frozen=True)
class Batch:
    """pixels uint8 [N,S,S,3]; label int64 [N], -1 for unlabelled; teacher float32 [N,T] or None; mirror bool [N]."""

    pixels: Tensor
    label: Tensor
    teacher: Tensor | None
    mirror: Tensor


class Pool:
    """The labelled training photos, `repeats` times an epoch, and with a teacher the unlabelled ones. `names_found`: the place
    of each one's name, or -1; those without one are left out if not `unnamed_too`. Decides by (seed, epoch, step) alone, so
    that a run that was stopped goes on exactly as if it had not been."""

    def __init__(self, labelled: Photos, unlabelled: Photos, split: Split, teacher: tuple[np.ndarray, np.ndarray] | None,
                 batch: int, mirror: float, seed: int, device: torch.device, repeats: int = 1,
                 names_found: np.ndarray | None = None, unnamed_too: bool = True):
        self.names = sorted({labelled.individuals[k] for k in split.train})
        at = {n: k for k, n in enumerate(self.names)}
        named = [(0, k, at[labelled.individuals[k]]) for k in split.train]
        self._rows = named * repeats
        if teacher is not None:
            found = [-1] * len(unlabelled.files) if names_found is None else names_found.tolist()
            self._rows += [(1, k, label) for k, label in enumerate(found) if label >= 0 or unnamed_too]
        self._sources, self._teacher = [labelled.pixels, unlabelled.pixels], teacher
        if device.type == "cuda":
            self._sources = [torch.from_numpy(np.array(p)).to(device) for p in self._sources]
        self._batch, self._mirror, self._seed, self._device = min(batch, len(self._rows)), mirror, seed, device
        self._order: tuple[int, Tensor] = (-1, torch.empty(0))

    @property
    def steps_per_epoch(self) -> int:
        return len(self._rows) // self._batch

    @property
    def classes(self) -> int:
        """An individual seen mirrored counts as another."""
        return len(self.names) * (2 if self._mirror > 0 else 1)

    def teacher_centres(self) -> Tensor | None:
        """[classes,T]: where the teacher puts each individual on average (the mirrored ones after the others)."""
        if self._teacher is None:
            return None
        views = range(self.classes // len(self.names))
        centres = torch.zeros(self.classes, self._teacher[0].shape[2])
        for source, k, label in self._rows:
            for view in views if source == 0 else ():
                centres[label + view * len(self.names)] += torch.from_numpy(self._teacher[source][k, view])
        return torch.nn.functional.normalize(centres, dim=1)

    def batch(self, step: int) -> Batch:
        """Call with torch's generator seeded for the step."""
        epoch, place = divmod(step, self.steps_per_epoch)
        if self._order[0] != epoch:
            shuffle = torch.Generator().manual_seed(self._seed * 1_000_003 + epoch)
            self._order = epoch, torch.randperm(len(self._rows), generator=shuffle)
        chosen = self._order[1][place * self._batch : (place + 1) * self._batch].tolist()
        rows = sorted((self._rows[k] for k in chosen), key=lambda r: r[0])
        mirror = torch.rand(len(rows)) < self._mirror
        label = torch.tensor([r[2] for r in rows])
        label = torch.where((label >= 0) & mirror, label + len(self.names), label)
        teacher = None
        if self._teacher is not None:
            teacher = torch.from_numpy(np.stack([self._teacher[s][k, int(m)] for (s, k, _), m in zip(rows, mirror)]))
        pixels = [self._take(s, [k for t, k, _ in rows if t == s]) for s in (0, 1) if any(r[0] == s for r in rows)]
        moved = (None if t is None else t.to(self._device) for t in (torch.cat(pixels), label, teacher, mirror))
        return Batch(*moved)

    def _take(self, source: int, rows: list[int]) -> Tensor:
        pixels = self._sources[source]
        if isinstance(pixels, Tensor):
            return pixels[torch.tensor(rows, device=pixels.device)]
        return torch.from_numpy(pixels[rows])
