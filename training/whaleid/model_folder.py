"""models/NAME/: model.onnx, the catalogue's embeddings, and model.json that describes them."""
from __future__ import annotations

import csv
import hashlib
import json
import math
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import torch

from .augment import normalise, resize, to_float
from .data import MEAN, STD, Photos, Split
from .evaluate import CROPS_OFF, embed, evaluate
from .export import GatedEmbedder, export_onnx, largest_difference
from .gate import Gate
from .nets import Embedder
from .recipes import Recipe

LARGEST_DIFFERENCE = 1e-4
WARNING_SECONDS, CRITICAL_SECONDS, MAX_BATCH, MAX_DELAY_MS = 30, 120, 16, 0
"""The product's defaults of a model's latency alerts and batching; operators change them in model.json."""
LICENCE = "Fill in before sharing: the terms of the photos that the network learned from."
SOURCE = "Trained with this repository's training/."


def write_model_folder(folder: Path, name: str, recipe: Recipe, model: Embedder, labelled: Photos, split: Split,
                       gate: tuple[Gate, dict] | None = None, species: str | None = None) -> dict:
    """Writes the folder and returns the measured quality. The catalogue holds every labelled photo, held-out ones too;
    figures and threshold are taken with the training photos alone as the catalogue. `gate`: with what
    measure_gate found."""
    model, size, onnx = model.cpu(), recipe.input_size, folder / "model.onnx"
    exported = model if gate is None else GatedEmbedder(model, gate[0])
    export_onnx(exported, onnx, size)
    checked = normalise(resize(to_float(torch.from_numpy(np.array(labelled.pixels[:8]))), size))
    difference = largest_difference(exported, onnx, checked)
    if difference > LARGEST_DIFFERENCE:
        raise RuntimeError(f"{onnx} differs from torch by {difference:.2g}, more than {LARGEST_DIFFERENCE:g}.")
    embeddings = embed(model, labelled.pixels, list(range(len(labelled.files))), size)
    figures, off = evaluate(model, labelled, split, size, CROPS_OFF, embeddings, recipe.prototype_share)
    _write_catalogue(folder, embeddings.numpy(), labelled, species)
    quality = {**figures.as_dict(), "calibration": figures.calibration_as_dicts(), "top1CropOff": off, "onnxAgainstTorch": difference}
    description = {
        "name": name, "version": datetime.now(timezone.utc).strftime("%Y.%m.%d"), "tier": recipe.tier, "task": "embedding",
        "input": {"name": "image", "width": size, "height": size, "layout": "nchw", "mean": MEAN, "std": STD, "resize": "squash"},
        "output": {"name": "embedding"}, "batch": {"max": MAX_BATCH, "maxDelayMs": MAX_DELAY_MS},
        "thresholds": {"match": just_above(figures.threshold), "warningSeconds": WARNING_SECONDS, "criticalSeconds": CRITICAL_SECONDS},
        "sha256": hashlib.sha256(onnx.read_bytes()).hexdigest(), "licence": LICENCE, "source": SOURCE, "quality": {**quality, "recipe": asdict(recipe)},
    }
    if recipe.prototype_share > 0:
        description["match"] = {"prototypeShare": recipe.prototype_share}
    if gate is not None:
        description["output"]["cetacean"] = "cetacean"
        description["thresholds"]["cetacean"] = gate[1]["threshold"]
        quality["gate"] = description["quality"]["gate"] = gate[1]
    (folder / "model.json").write_text(json.dumps(description, indent=2) + "\n")
    return quality


def just_above(score: float) -> float:
    """To four digits. The threshold of `measure` is a stranger's own score, which the product, where a score equal to it is enough, must not accept."""
    return math.floor(score * 10_000 + 1) / 10_000


def _write_catalogue(folder: Path, embeddings: np.ndarray, labelled: Photos, species: str | None) -> None:
    """catalogue.npy float16 [N,D]; catalogue.csv: the file and individual of each row, and the species where it is given."""
    np.save(folder / "catalogue.npy", embeddings.astype(np.float16))
    with open(folder / "catalogue.csv", "w", newline="") as f:
        writer = csv.writer(f, lineterminator="\n")
        more = [species] if species else []
        writer.writerow(["file", "individual", *(["species"] if species else [])])
        writer.writerows([*row, *more] for row in zip(labelled.files, labelled.individuals))
