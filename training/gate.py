#!/usr/bin/env python3
"""Fits and measures the gate of a run's last checkpoint; export.py then puts it into the model folder.

gate.py efficientnet_v1 --data DIR --cetacean right_whales=DIR/narw-labelled.tar --cetacean flukes='DIR/flukes-*' --other scenes=DIR/scenes
"""
from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import torch

from whaleid.augment import normalise, to_float
from whaleid.checkpoint import open_checkpoint, save_gate
from whaleid.data import decode, pictures
from whaleid.gate import Source, fit_gate, measure_gate, summary
from whaleid.options import add_data_options, run_directory, set_threads


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    for kind, what in (("--cetacean", "photos with"), ("--other", "photos without")):
        parser.add_argument(kind, action="append", default=[], metavar="SOURCE=PATH", help=f"{what} a whale or dolphin: a folder, a .tar or a pattern")
    parser.add_argument("--input-size", type=int, help="side of the model's input, px; default: the recipe's")
    parser.add_argument("--most", type=int, default=1000, help="photos of one source at most")
    options = parser.parse_args()
    set_threads(options)
    model, recipe, epoch = open_checkpoint(run_directory(options))
    size = options.input_size or recipe.input_size
    sources = [_source(model, text, cetacean, size, options.most) for texts, cetacean in ((options.cetacean, True), (options.other, False)) for text in texts]
    if sum(s.cetacean for s in sources) < 2 or sum(not s.cetacean for s in sources) < 2:
        parser.error("two sources of each side are the least, so that one can be held out")
    figures = measure_gate(sources)
    save_gate(run_directory(options), fit_gate(sources), figures, epoch)
    print(json.dumps(figures, indent=2))


@torch.no_grad()
def _source(model, text: str, cetacean: bool, size: int, most: int) -> Source:
    name, _, path = text.partition("=")
    chosen = sorted(pictures(Path(path)), key=lambda p: hashlib.sha256(p[0].encode()).digest())[:most]
    if not chosen:
        raise SystemExit(f"{text}: there is no photo.")
    out = []
    for k in range(0, len(chosen), 32):
        x = torch.from_numpy(decode([content for _, content in chosen[k : k + 32]], size))
        out.append(summary(model.trunk.early(normalise(to_float(x)))))
    return Source(name, cetacean, torch.cat(out))


if __name__ == "__main__":
    main()
