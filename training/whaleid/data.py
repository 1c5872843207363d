"""Photos and names from a folder; the split into training, known and unknown photos.

A data folder holds `*labelled.csv` (columns file, individual_id) with its photos in a folder or .tar of the same name,
and optionally `*unlabelled` (a folder or .tar): photos of the same kind that nobody has named yet.
"""
from __future__ import annotations

import collections
import csv
import hashlib
import io
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

import numpy as np
from PIL import Image

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""The network's input is (RGB / 255 - MEAN) / STD."""


@dataclass(frozen=True)
class Photos:
    """`pixels` uint8 [N,S,S,3] RGB; `files`, `individuals`: one each; an individual is None where it is not known."""

    pixels: np.ndarray
    files: list[str]
    individuals: list[str | None]


@dataclass(frozen=True)
class Split:
    """Indices into the labelled photos."""

    train: list[int]
    known: list[int]
    unknown: list[int]


def read_photos(data: Path, size: int, cache: Path) -> tuple[Photos, Photos]:
    """-> labelled and unlabelled photos at size x size. Decoded pixels are kept in `cache` and mapped from there."""
    tables = sorted(p for p in data.glob("*labelled.csv") if "unlabelled" not in p.name)
    if len(tables) != 1:
        raise FileNotFoundError(f"{data} must hold one table *labelled.csv; found {[p.name for p in tables]}.")
    with open(tables[0], newline="") as f:
        rows = [(r["file"], r["individual_id"]) for r in csv.DictReader(f)]
    labelled = _read(tables[0].with_suffix(""), [r[0] for r in rows], size, cache)
    unlabelled = tables[0].with_name(tables[0].stem.replace("labelled", "unlabelled"))
    more = _read(unlabelled, None, size, cache) if _source(unlabelled) else ([], np.zeros((0, size, size, 3), np.uint8))
    return Photos(labelled[1], labelled[0], [r[1] for r in rows]), Photos(more[1], more[0], [None] * len(more[0]))


def split_by_individual(files: list[str], individuals: list[str], photos: float = 0.1, unseen: int = 20) -> Split:
    """Holds out a share of the photos of known individuals (at least four of each stay, or all but one where nobody has five) and whole
    individuals: those with 2 to 12 photos first, a fifth of all at most. Decided by a hash of the names alone, so that it is the same for
    every network and every run. Raises ValueError where too few individuals have several photos."""
    def order(name: str) -> str:
        return hashlib.sha256(f"tuning-1:{name}".encode()).hexdigest()

    photos_of: dict[str, list[int]] = collections.defaultdict(list)
    for k, individual in enumerate(individuals):
        photos_of[individual].append(k)
    several = [i for i, p in photos_of.items() if len(p) >= 2]
    unknown = set(sorted(several, key=lambda i: (len(photos_of[i]) > 12, order(i)))[: min(unseen, len(photos_of) // 5)])
    left, known = {i: len(p) for i, p in photos_of.items()}, set()
    stay = min(4, max((left[i] for i in several if i not in unknown), default=1) - 1)
    candidates = [k for i in several if i not in unknown for k in photos_of[i]]
    for k in sorted(candidates, key=lambda k: order(files[k])):
        if len(known) < photos * len(files) and left[individuals[k]] > stay:
            known.add(k)
            left[individuals[k]] -= 1
    if not known or not unknown:
        raise ValueError(f"Of {len(photos_of)} individuals {len(several)} have two photos or more: too few to hold some out, without which nothing can be measured. "
                         "Five individuals and two with several photos are the least.")
    every = range(len(files))
    return Split([k for k in every if k not in known and individuals[k] not in unknown], sorted(known),
                 [k for k in every if individuals[k] in unknown])


def _source(stem: Path) -> Path | None:
    return next((p for p in (stem.with_name(stem.name + ".tar"), stem) if p.exists()), None)


def _read(stem: Path, files: list[str] | None, size: int, cache: Path) -> tuple[list[str], np.ndarray]:
    """With files=None everything there is, byte-identical pictures once."""
    source = _source(stem)
    if source is None:
        raise FileNotFoundError(f"Photos are missing: neither {stem} nor {stem}.tar exists.")
    cache.mkdir(parents=True, exist_ok=True)
    identity = "\n".join([f"{source}:{source.stat().st_mtime_ns}:{source.stat().st_size}:{size}", *(files or [])])
    key = f"{stem.name}-{size}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
    names, pixels = cache / f"{key}.txt", cache / f"{key}.npy"
    if not names.exists():
        found = dict(pictures(source))
        files = _without_duplicates(found) if files is None else files
        out = np.lib.format.open_memmap(pixels, mode="w+", dtype=np.uint8, shape=(len(files), size, size, 3))
        for k, name in enumerate(files):
            if name not in found:
                raise FileNotFoundError(f"{name} is in the table but not in {source}.")
            out[k] = decode([found[name]], size)[0]
        out.flush()
        names.write_text("\n".join(files))
    return names.read_text().splitlines(), np.load(pixels, mmap_mode="r")


def decode(files: list[bytes], size: int) -> np.ndarray:
    """-> uint8 [N,size,size,3] RGB, stretched to the square."""
    images = [Image.open(io.BytesIO(content)).convert("RGB") for content in files]
    return np.stack([np.asarray(image.resize((size, size), Image.Resampling.LANCZOS)) for image in images])


def pictures(source: Path) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of the pictures in a folder, in a .tar, or of the files that match a pattern."""
    if "*" in source.name:
        for path in sorted(source.parent.glob(source.name)):
            yield path.name, path.read_bytes()
    elif source.is_dir():
        for path in sorted(p for p in source.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp")):
            yield str(path.relative_to(source)), path.read_bytes()
    else:
        with tarfile.open(source) as tar:
            for member in tar:
                if member.isfile():
                    yield member.name, tar.extractfile(member).read()


def _without_duplicates(found: dict[str, bytes]) -> list[str]:
    first: dict[bytes, str] = {}
    for name, content in found.items():
        first.setdefault(hashlib.sha256(content).digest(), name)
    return sorted(first.values())
