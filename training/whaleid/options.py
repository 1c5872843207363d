"""What the commands have in common on their command lines."""
from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import torch

from .nets import ARCHITECTURES
from .recipes import RECIPES, Recipe


def add_data_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", choices=sorted(RECIPES))
    parser.add_argument("--data", type=Path, required=True, help="folder with *labelled.csv and its photos")
    parser.add_argument("--runs", type=Path, default=Path("training/runs"), help="checkpoints, logs and decoded photos; not for git")
    parser.add_argument("--name", help="name of the run, if not the model's")
    parser.add_argument("--cache-size", type=int, default=224, help="side at which decoded photos are kept, px")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0: torch decides")


def add_recipe_options(parser: argparse.ArgumentParser) -> None:
    """None: as the recipe has it."""
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--lr", type=float)
    parser.add_argument("--trunk-lr", type=float, help="the trunk's learning rate as a share of --lr")
    parser.add_argument("--sizes", type=parse_sizes, help="side:until,..., as 128:0.4,160:0.7,192:1")
    parser.add_argument("--input-size", type=int, help="side of the exported model's input, px")
    parser.add_argument("--mirror", type=float, help="share mirrored top to bottom, each as another individual; 0: none")
    parser.add_argument("--strips", type=int, help="0 for photos that are not aligned")
    parser.add_argument("--centres", type=int, help="centres per individual (sub-centre ArcFace)")
    parser.add_argument("--repeats", type=int, help="labelled photos an epoch for each unlabelled one")
    parser.add_argument("--teacher-weight", type=float)
    parser.add_argument("--architecture", choices=sorted(ARCHITECTURES), help="another network than the recipe's")
    parser.add_argument("--frozen", type=int, help="parts of a ResNet that stay as they are: 1 the stem, 2 and stage 1, ...")
    parser.add_argument("--arcface-from", type=float, help="share of the run that the teacher has to itself")
    add_prototype_share(parser)


def add_prototype_share(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--prototype-share", type=float, help="of an individual's prototype in its score, 0 to 1; default: the recipe's, or that of the model.json beside --onnx")


def parse_sizes(text: str) -> tuple[tuple[int, float], ...]:
    return tuple((int(side), float(until)) for side, until in (part.split(":") for part in text.split(",")))


def recipe_of(options: argparse.Namespace) -> Recipe:
    fields = {f.name for f in dataclasses.fields(Recipe)}
    return dataclasses.replace(RECIPES[options.model], **{k: v for k, v in vars(options).items() if k in fields and v is not None})


def run_directory(options: argparse.Namespace) -> Path:
    return options.runs / (options.name or options.model)


def set_threads(options: argparse.Namespace) -> None:
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
