#!/usr/bin/env python3
"""Makes a model folder of somebody's checkpoint: a timm network, a linear embedding and a class-weight matrix (ArcFace, CosFace),
whose rows become the catalogue.

    import_checkpoint.py CHECKPOINT LABELS --out models/NAME [--species species_map.csv] [--spare-rows] [--trust-pickle]

LABELS has an individual for each row of the matrix, in its order: a .npy, or a text file with an id a line. The defaults are those of
the EfficientNet-B4 for Happywhale that models/README.md takes as its example. Needs torch, timm, numpy and an ONNX Runtime.
"""
from __future__ import annotations

import argparse
import csv
import hashlib
import json
import pickle
from collections import Counter
from pathlib import Path
from typing import Callable, Iterable

import numpy as np
import torch
from torch import nn

from whaleid.export import export_onnx, largest_difference

LARGEST_DIFFERENCE = 1e-4
NOBODY = 1.0
"""The threshold until one was measured: every answer is an unknown individual, with its candidates."""
UNTOLD = "Fill in before sharing."


class CheckpointError(Exception):
    """The files do not fit together; the message says how."""


class ImportedNetwork(nn.Module):
    """Feature map -> average or generalised mean (GeM) -> linear embedding -> length 1."""

    def __init__(self, backbone: nn.Module, exponent: torch.Tensor | None, weight: torch.Tensor, bias: torch.Tensor | None):
        super().__init__()
        self.backbone, self.exponent = backbone, None if exponent is None else nn.Parameter(exponent.float())
        self.embedding = nn.Linear(weight.shape[1], weight.shape[0], bias is not None)
        self.embedding.load_state_dict({"weight": weight, **({} if bias is None else {"bias": bias})})

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        x = self.backbone(pictures)
        if self.exponent is None:
            x = x.mean((2, 3))
        else:
            x = x.clamp(min=1e-6).pow(self.exponent).mean((2, 3)).pow(1 / self.exponent)
        return nn.functional.normalize(self.embedding(x), dim=1)


def timm_backbone(architecture: str) -> nn.Module:
    """The network up to its last feature map, without pooling and classifier."""
    import timm
    return timm.create_model(architecture, pretrained=False, num_classes=0, global_pool="", exportable=True)


def read_state(file: Path, trust_pickle: bool) -> dict[str, torch.Tensor]:
    """The tensors by name, whether or not a trainer's other things (`state_dict` beside hyperparameters) are around them."""
    try:
        content = torch.load(file, map_location="cpu", weights_only=not trust_pickle)
    except pickle.UnpicklingError as e:
        raise CheckpointError(f"{file}: holds more than tensors, and reading that can run code: if you trust its author, --trust-pickle. ({e})") from e
    return content.get("state_dict", content)


def read_labels(file: Path, trust_pickle: bool) -> list[str]:
    try:
        ids = np.load(file, allow_pickle=trust_pickle).ravel().tolist() if file.suffix == ".npy" else file.read_text("utf-8").split("\n")
    except ValueError as e:
        raise CheckpointError(f"{file}: is a pickled array, and reading that can run code: if you trust its author, --trust-pickle. ({e})") from e
    ids = [str(i).strip() for i in ids]
    while ids and not ids[-1]:
        ids.pop()
    twice = [i for i, count in Counter(ids).items() if count > 1 or not i]
    if twice:
        raise CheckpointError(f"{file}: empty or listed twice: {some(map(repr, twice))}.")
    return ids


def build_network(state: dict[str, torch.Tensor], backbone: nn.Module, options: argparse.Namespace) -> ImportedNetwork:
    """Accounts for every tensor of the checkpoint: one that is left out silently would be another network."""
    rest = {k: v for k, v in state.items() if not any(k.startswith(prefix) for prefix in options.ignore)}
    weight, bias = rest.pop(f"{options.embedding}.weight", None), rest.pop(f"{options.embedding}.bias", None)
    if weight is None:
        raise CheckpointError(f"There is no {options.embedding}.weight (--embedding); there is {some(state)}.")
    exponent = rest.pop(options.gem, None)
    rest.pop(options.class_weights, None)
    inner = {k[len(options.backbone):]: v for k, v in rest.items() if k.startswith(options.backbone)}
    try:
        missing, surplus = backbone.load_state_dict(inner, strict=False)
    except RuntimeError as e:
        raise CheckpointError(f"The tensors of '{options.backbone}' are not of {options.architecture} (--architecture): {e}") from e
    surplus = [options.backbone + k for k in surplus] + [k for k in rest if not k.startswith(options.backbone)]
    if missing:
        raise CheckpointError(f"{options.architecture} needs {some(missing)}, which '{options.backbone}' (--backbone) has not; there is {some(state)}.")
    if surplus:
        raise CheckpointError(f"Nothing here uses {some(surplus)}: if the embedding does not need it, --ignore it.")
    return ImportedNetwork(backbone, exponent, weight.float(), None if bias is None else bias.float())


def catalogue_rows(state: dict[str, torch.Tensor], key: str, ids: list[str], dims: int, spare_rows: bool) -> np.ndarray:
    """The class weights of the individuals in `ids`, each of length 1."""
    if key not in state:
        raise CheckpointError(f"There is no {key} (--class-weights); there is {some(state)}.")
    rows = state[key].float().numpy()
    if rows.ndim != 2 or rows.shape[1] != dims:
        raise CheckpointError(f"{key} is {list(rows.shape)}; [individuals, {dims}] is needed, because the embedding has {dims} values.")
    if len(ids) != len(rows) and not (spare_rows and len(ids) < len(rows)):
        raise CheckpointError(f"{key} has {len(rows)} rows, there are {len(ids)} ids. If the rows after the ids are places that no individual was given, --spare-rows.")
    rows = rows[:len(ids)]
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    empty = [i for i, length in zip(ids, lengths[:, 0]) if not 0 < length < np.inf]
    if empty:
        raise CheckpointError(f"{key} has no direction for {some(empty)}.")
    return rows / lengths


def read_species(file: Path) -> dict[str, str]:
    """individual_id (or individual, or id) and species; other columns do not matter."""
    with open(file, newline="", encoding="utf-8") as f:
        return {row.get("individual_id") or row.get("individual") or row.get("id") or "": row["species"] for row in csv.DictReader(f)}


def write_folder(options: argparse.Namespace, network: ImportedNetwork, rows: np.ndarray, ids: list[str], species: dict[str, str]) -> float:
    """Writes the folder and returns how far ONNX Runtime is from torch."""
    folder, onnx = options.out, options.out / "model.onnx"
    export_onnx(network, onnx, options.size)
    difference = largest_difference(network, onnx, torch.randn(3, 3, options.size, options.size, generator=torch.Generator().manual_seed(0)))
    if not difference <= LARGEST_DIFFERENCE:
        raise CheckpointError(f"{onnx} differs from torch by {difference:.2g}, more than {LARGEST_DIFFERENCE:g}.")
    np.save(folder / "catalogue.npy", rows.astype(np.float16))
    with open(folder / "catalogue.csv", "w", newline="", encoding="utf-8") as f:
        table = csv.writer(f, lineterminator="\n")
        table.writerow(["individual", "species"])
        table.writerows([i, species.get(i, "")] for i in ids)
    (folder / "model.json").write_text(json.dumps({
        "name": folder.resolve().name, "version": options.version, "tier": options.tier, "task": "embedding",
        "input": {"name": "image", "width": options.size, "height": options.size, "layout": "nchw", "mean": options.mean, "std": options.std, "resize": options.resize},
        "output": {"name": "embedding"}, "batch": {"max": 8, "maxDelayMs": 0},
        "thresholds": {"match": options.match, "warningSeconds": 30, "criticalSeconds": 120},
        "sha256": hashlib.sha256(onnx.read_bytes()).hexdigest(), "licence": options.licence, "source": options.source,
    }, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return difference


def some(names: Iterable[str]) -> str:
    names = list(names)
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="the folder to write; its name is the model's: a-z, 0-9 and _")
    parser.add_argument("--architecture", default="efficientnet_b4", help="timm's name (%(default)s)")
    parser.add_argument("--backbone", default="model.", metavar="PREFIX", help="of timm's tensors in the checkpoint (%(default)s)")
    parser.add_argument("--embedding", default="embedding", metavar="KEY", help="linear layer after pooling (%(default)s)")
    parser.add_argument("--gem", default="pooling.p", metavar="KEY", help="exponent of generalised-mean pooling (%(default)s); average pooling where there is none")
    parser.add_argument("--class-weights", default="arc.weight", metavar="KEY", help="[individuals, dims] (%(default)s)")
    parser.add_argument("--ignore", action="append", default=[], metavar="PREFIX", help="tensors that the embedding does not need; may be repeated")
    parser.add_argument("--species", type=Path, help="CSV with individual_id and species")
    parser.add_argument("--spare-rows", action="store_true", help="rows after the last id belong to nobody: leave them out")
    parser.add_argument("--trust-pickle", action="store_true", help="read files that can run code")
    parser.add_argument("--size", type=int, default=512, help="side of the input, px (%(default)s)")
    parser.add_argument("--resize", choices=["squash", "fit", "cover"], default="squash")
    parser.add_argument("--mean", type=float, nargs=3, default=[0.485, 0.456, 0.406])
    parser.add_argument("--std", type=float, nargs=3, default=[0.229, 0.224, 0.225])
    parser.add_argument("--match", type=float, default=NOBODY, help="thresholds.match, once measured (%(default)s: nobody is identified)")
    parser.add_argument("--tier", default="accurate")
    parser.add_argument("--version", default="1")
    parser.add_argument("--licence", default=UNTOLD)
    parser.add_argument("--source", default=UNTOLD)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None, make_backbone: Callable[[str], nn.Module] = timm_backbone) -> None:
    options = parse(arguments)
    try:
        state, ids = read_state(options.checkpoint, options.trust_pickle), read_labels(options.labels, options.trust_pickle)
        network = build_network(state, make_backbone(options.architecture), options).eval()
        dims = network.embedding.out_features
        rows = catalogue_rows(state, options.class_weights, ids, dims, options.spare_rows)
        species = read_species(options.species) if options.species else {}
        difference = write_folder(options, network, rows, ids, species)
    except CheckpointError as e:
        raise SystemExit(str(e)) from e
    print(f"{options.architecture}, {'average pooling' if network.exponent is None else f'GeM {float(network.exponent):.2f}'}, {network.embedding.in_features} -> {dims} values; ONNX differs from torch by {difference:.1g}")
    print(f"{len(rows)} individuals of {len(state[options.class_weights])} rows; {sum(i not in species for i in ids)} without a species")
    print(f"{options.out}: thresholds.match is {options.match}{', so nobody is identified: measure it (models/README.md)' if options.match >= NOBODY else ''}")


if __name__ == "__main__":
    main()
