#!/usr/bin/env python3
"""Makes a run of the mean of two networks: average.py resnet101 --data DIR --before RUN/last.pt --after RUN/last.pt --name NEW

BEFORE is what AFTER started from (a ResNet with fewer blocks is grown first). gate.py and export.py take the new run as any other.
"""
from __future__ import annotations

import argparse
import dataclasses
import shutil
from pathlib import Path

import torch

from whaleid.augment import normalise, resize, to_float
from whaleid.average import average
from whaleid.checkpoint import CHECKPOINT, open_checkpoint
from whaleid.continue_from import continue_or_grow
from whaleid.data import read_photos, split_by_individual
from whaleid.nets import Embedder
from whaleid.options import add_data_options, run_directory, set_threads


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    parser.add_argument("--before", type=Path, required=True, help="last.pt")
    parser.add_argument("--after", type=Path, required=True, help="last.pt")
    parser.add_argument("--share", type=float, default=0.5, help="of AFTER, 0 to 1")
    parser.add_argument("--photos", type=int, default=960, help="training photos for the batch norms' statistics")
    parser.add_argument("--input-size", type=int, help="side of the model's input, px; default: the recipe's")
    options = parser.parse_args()
    set_threads(options)
    after, recipe, epoch = open_checkpoint(options.after.parent)
    before = Embedder(recipe.architecture, recipe.dim, recipe.strips)
    continue_or_grow(before, open_checkpoint(options.before.parent)[0])
    labelled, _ = read_photos(options.data, options.cache_size, options.runs / "cache")
    rows = split_by_individual(labelled.files, labelled.individuals).train
    chosen = [rows[k * len(rows) // options.photos] for k in range(options.photos)] if len(rows) > options.photos else rows
    size = options.input_size or recipe.input_size
    pictures = normalise(resize(to_float(torch.from_numpy(labelled.pixels[chosen])), size))
    mean = average(before, after, pictures, options.share)
    out = run_directory(options)
    if out.resolve() in (options.before.parent.resolve(), options.after.parent.resolve()):
        parser.error(f"{out} is a run that goes in; give the mean a --name of its own")
    out.mkdir(parents=True, exist_ok=True)
    torch.save({"averaged": mean.state_dict(), "recipe": dataclasses.asdict(recipe), "epoch": epoch}, out / CHECKPOINT)
    shutil.copy(options.after.parent / "log.jsonl", out / "log.jsonl")


if __name__ == "__main__":
    main()
