#!/usr/bin/env python3
"""Writes the model folder of a run's last checkpoint, finished or not: export.py efficientnet_v1 --data DIR --out models/"""
from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
from pathlib import Path

import onnx

from compress_weights import KINDS, compress
from whaleid.checkpoint import open_checkpoint, open_gate
from whaleid.curve import draw_curve
from whaleid.data import read_photos, split_by_individual
from whaleid.model_folder import write_model_folder
from whaleid.options import add_data_options, add_prototype_share, run_directory, set_threads


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    add_prototype_share(parser)
    parser.add_argument("--out", type=Path, default=Path("models"))
    parser.add_argument("--input-size", type=int, help="side of the model's input, px; default: the recipe's")
    parser.add_argument("--weights", choices=KINDS, help="store the weights in fewer bits: half or a quarter of the file (compress_weights.py)")
    parser.add_argument("--species", help="of all individuals, for catalogue.csv")
    parser.add_argument("--curve", type=Path, help="picture of the learning curve; default docs/models/MODEL.svg beside --out")
    options = parser.parse_args()
    set_threads(options)
    model, recipe, epoch = open_checkpoint(run_directory(options))
    share = recipe.prototype_share if options.prototype_share is None else options.prototype_share
    recipe = dataclasses.replace(recipe, input_size=options.input_size or recipe.input_size, prototype_share=share)
    labelled, _ = read_photos(options.data, options.cache_size, options.runs / "cache")
    split = split_by_individual(labelled.files, labelled.individuals)
    quality = write_model_folder(options.out / options.model, options.model, recipe, model, labelled, split,
                                 open_gate(run_directory(options), model, epoch), options.species)
    if options.weights:
        shrink(options.out / options.model, options.weights)
    curve = options.curve or options.out.parent / "docs" / "models" / f"{options.model}.svg"
    draw_curve(run_directory(options) / "log.jsonl", curve, f"{options.model}: {round(epoch, 2):g} of {recipe.epochs} epochs")
    print(json.dumps(quality, indent=2))


def shrink(folder: Path, kind: str) -> None:
    file, manifest = folder / "model.onnx", folder / "model.json"
    network = onnx.load(file)
    compress(network, kind)
    onnx.save(network, file)
    description = json.loads(manifest.read_text())
    description["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(description, indent=2) + "\n")


if __name__ == "__main__":
    main()
