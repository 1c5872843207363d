#!/usr/bin/env python3
"""Figures of a run's last checkpoint, or of any model.onnx, on the held-out photos: evaluate.py efficientnet_v1 --data DIR"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from whaleid.checkpoint import open_checkpoint
from whaleid.data import read_photos, split_by_individual
from whaleid.evaluate import CROPS_OFF, evaluate
from whaleid.onnx_session import OnnxSession
from whaleid.options import add_data_options, add_prototype_share, run_directory, set_threads
from whaleid.teacher import input_size


class OnnxNetwork(torch.nn.Module):
    """Lets a model.onnx be measured like a checkpoint."""

    def __init__(self, path: Path, threads: int):
        super().__init__()
        self._run, self._here = OnnxSession(path, max(threads, 1)), torch.nn.Parameter(torch.zeros(0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(self._run(x.contiguous().numpy()))


def prototype_share(onnx: Path) -> float:
    """As the model.json beside it says; 0 where there is none."""
    manifest = onnx.with_name("model.json")
    return json.loads(manifest.read_text()).get("match", {}).get("prototypeShare", 0.0) if manifest.exists() else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    add_prototype_share(parser)
    parser.add_argument("--onnx", type=Path, help="measure this model instead of the run")
    parser.add_argument("--input-size", type=int, help="side of the input, px; default: the recipe's or the model's own")
    parser.add_argument("--crops-off", action="store_true", help="also with crops that are turned, too wide, too tight")
    options = parser.parse_args()
    set_threads(options)
    labelled, _ = read_photos(options.data, options.cache_size, options.runs / "cache")
    split = split_by_individual(labelled.files, labelled.individuals)
    if options.onnx:
        model, size, epoch = OnnxNetwork(options.onnx, options.threads), options.input_size or input_size(options.onnx), None
        share = prototype_share(options.onnx)
    else:
        model, recipe, epoch = open_checkpoint(run_directory(options))
        model, size, share = model.to(options.device), options.input_size or recipe.input_size, recipe.prototype_share
    share = share if options.prototype_share is None else options.prototype_share
    figures, off = evaluate(model, labelled, split, size, CROPS_OFF if options.crops_off else None, prototype_share=share)
    print(json.dumps({"epoch": epoch, "inputSize": size, "prototypeShare": share, **figures.as_dict(), "calibration": figures.calibration_as_dicts(), **({"top1CropOff": off} if off else {})}, indent=2))


if __name__ == "__main__":
    main()
