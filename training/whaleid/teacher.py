"""Embeddings of trained networks for every photo, so that a smaller or new network can learn from them.

Several teachers are one whose embedding is theirs side by side: its cosine is the mean of their cosines. A teacher must not have trained
on the held-out photos of `split_by_individual`, or every figure of the student is flattered: use one that was trained with this
pipeline's split.
"""
from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Sequence

import numpy as np
import torch

from .augment import normalise, resize, to_float
from .data import Photos
from .onnx_session import OnnxSession

BATCH = 16


def teacher_embeddings(models: Sequence[Path], photos: Photos, name: str, cache: Path, threads: int = 1) -> np.ndarray:
    """Unit vectors, float32 [N,2,T], T the sum of the models' dimensions: of each photo as it is and mirrored top to bottom. Those of each
    model are kept in `cache`."""
    of_each = [_cached(model, photos, name, cache, threads) for model in models]
    return np.concatenate(of_each, axis=2) / np.sqrt(np.float32(len(of_each)))


def reduce(teacher: tuple[np.ndarray, np.ndarray], train: Sequence[int], dim: int) -> tuple[np.ndarray, np.ndarray]:
    """Several teachers' embeddings, of the labelled photos and of the unlabelled ones [N,2,T], as unit vectors [N,2,dim] with cosines as near as
    `dim` numbers allow: their projection on the first principal directions (not centred, cosines are not) of the photos that are learned from,
    `train` of the labelled ones and all others. As they are where T is not above `dim`."""
    width = teacher[0].shape[2]
    if width <= dim:
        return teacher
    rows = torch.from_numpy(np.concatenate([t.reshape(-1, width) for t in (teacher[0][train], teacher[1]) if len(t)]))
    _, directions = torch.linalg.eigh(rows.T @ rows)  # the first come last
    return tuple(torch.nn.functional.normalize(torch.from_numpy(t) @ directions[:, -dim:], dim=2).numpy() if len(t) else t for t in teacher)


def _cached(model: Path, photos: Photos, name: str, cache: Path, threads: int) -> np.ndarray:
    with open(model, "rb") as f:
        digest = hashlib.sha256(f.read())
    digest.update("\n".join(photos.files).encode())
    path = cache / f"teacher-{name}-{photos.pixels.shape[1]}-{digest.hexdigest()[:12]}.npy"
    if not path.exists() and len(photos.files):
        cache.mkdir(parents=True, exist_ok=True)
        np.save(path, _embed(model, photos.pixels, threads))
    return np.load(path) if len(photos.files) else np.zeros((0, 2, 0), np.float32)


def input_size(model: Path) -> int:
    """The height that the model's input declares."""
    import onnx

    return onnx.load(str(model), load_external_data=False).graph.input[0].type.tensor_type.shape.dim[2].dim_value


def _embed(model: Path, pixels: np.ndarray, threads: int) -> np.ndarray:
    session, size, out = OnnxSession(model, threads), input_size(model), []
    for k in range(0, len(pixels), BATCH):
        x = resize(to_float(torch.from_numpy(np.array(pixels[k : k + BATCH]))), size)
        views = torch.stack([x, x.flip(2)], 1).flatten(0, 1)
        out.append(session(normalise(views).contiguous().numpy()).reshape(len(x), 2, -1))
    return np.concatenate(out)
