#!/usr/bin/env python3
"""Trains one model and writes its folder: train.py efficientnet_v1 --data DIR --out models/

Stopped at any point, the same command goes on from the last checkpoint. SIGTERM saves one first.
"""
from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import torch

from whaleid.augment import normalise, resize, to_float
from whaleid.batches import Pool
from whaleid.checkpoint import CHECKPOINT, open_checkpoint
from whaleid.continue_from import aim_at, continue_from_onnx, continue_or_grow
from whaleid.curve import draw_curve
from whaleid.data import read_photos, split_by_individual
from whaleid.evaluate import evaluate
from whaleid.imagenet import start_from_imagenet
from whaleid.model_folder import write_model_folder
from whaleid.nets import Embedder
from whaleid.options import add_data_options, add_recipe_options, recipe_of, run_directory, set_threads
from whaleid.pseudo import pseudo_labels
from whaleid.teacher import input_size, reduce, teacher_embeddings
from whaleid.trainer import RunOptions, Trainer


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    add_recipe_options(parser)
    parser.add_argument("--out", type=Path, default=Path("models"))
    parser.add_argument("--curve", type=Path, help="picture of the learning curve; default docs/models/MODEL.svg beside --out")
    parser.add_argument("--teacher", type=Path, nargs="+", metavar="MODEL_ONNX", help="one or several embedders to learn from, also on the unlabelled photos")
    parser.add_argument("--names-at", type=float, metavar="PRECISION", help="name unlabelled photos by the teacher where it is right this often, as 0.95")
    parser.add_argument("--init", type=Path, help="model.onnx or a run's last.pt to go on from, for a ResNet also the latter with fewer blocks; an EfficientNet: folder of ImageNet weights (whaleid/imagenet.py)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--precision", choices=("fp32", "bf16"), help="of the trunk; bf16 on CUDA unless given, fp32 on a CPU (some have bf16 too)")
    parser.add_argument("--pause-file", type=Path, help="no step is made while this file exists")
    parser.add_argument("--evaluate-every", type=int, default=5, help="epochs")
    parser.add_argument("--save-seconds", type=float, default=180)
    parser.add_argument("--stop-at-step", type=int, help="stop early and write no model folder")
    return parser.parse_args()


def main() -> None:
    options = parse()
    set_threads(options)
    recipe, directory, cache = recipe_of(options), run_directory(options), options.runs / "cache"
    if options.init is None:
        if options.frozen:
            raise SystemExit("--frozen keeps weights that --init brought, and there is no --init.")
        recipe = dataclasses.replace(recipe, frozen=0)
    labelled, unlabelled = read_photos(options.data, options.cache_size, cache)
    split = split_by_individual(labelled.files, labelled.individuals)
    print(f"{len(split.train)} training photos; held out: {len(split.known)} of known and {len(split.unknown)} of unseen "
          f"individuals; {len(unlabelled.files)} unlabelled", flush=True)
    teacher = None
    if options.teacher is not None:
        threads = options.threads or torch.get_num_threads()
        teacher = tuple(teacher_embeddings(options.teacher, p, n, cache, threads) for p, n in ((labelled, "labelled"), (unlabelled, "unlabelled")))
    device, mixed = torch.device(options.device), options.precision == "bf16" if options.precision else options.device.startswith("cuda")
    found = None
    if teacher is not None and options.names_at is not None:
        found = pseudo_labels(labelled, split, teacher, options.names_at)
        print(f"{(found >= 0).sum()} of {len(found)} unlabelled photos named by the teacher", flush=True)
    if teacher is not None:
        teacher = reduce(teacher, split.train, recipe.dim)
    pool = Pool(labelled, unlabelled, split, teacher, recipe.batch, recipe.mirror, options.seed, device, recipe.repeats, found,
                unnamed_too=recipe.teacher_weight > 0)
    initialise = None
    if options.init is not None:
        some = to_float(torch.from_numpy(labelled.pixels[split.train[:512]]))
        if options.init.name == CHECKPOINT:
            initialise = lambda model: continue_or_grow(model, open_checkpoint(options.init.parent)[0])
        elif options.init.suffix == ".onnx":
            pictures = normalise(resize(some, input_size(options.init)))

            def initialise(model: Embedder) -> None:
                continue_from_onnx(model, options.init, pictures)
                if teacher is not None and teacher[0].shape[2] == recipe.dim:
                    own, aim = (e[split.train].reshape(-1, recipe.dim) for e in (teacher_embeddings([options.init], labelled, "labelled", cache, threads), teacher[0]))
                    aim_at(model, torch.from_numpy(own), torch.from_numpy(aim), pictures)
        else:
            initialise = lambda model: start_from_imagenet(model, options.init, normalise(resize(some, 128)))
    trainer = Trainer(recipe, pool, teacher[0].shape[2] if teacher is not None else None,
                      RunOptions(directory, options.seed, options.device, mixed, options.pause_file, options.save_seconds,
                                 evaluate_every=options.evaluate_every), initialise)

    def figures(model: Embedder) -> dict[str, float]:
        # A little above the side of the views, as the exported model is; never above the model's own.
        share = trainer.step / trainer.steps
        side = next(s for s, end in recipe.sizes if share <= end or end >= 1) * 8 // 7
        return evaluate(model, labelled, split, min(side, recipe.input_size), prototype_share=recipe.prototype_share)[0].as_dict()

    trainer.fit(figures, options.stop_at_step)
    if trainer.step == trainer.steps:
        quality = write_model_folder(options.out / options.model, options.model, recipe, trainer.averaged, labelled, split)
        curve = options.curve or options.out.parent / "docs" / "models" / f"{options.model}.svg"
        draw_curve(directory / "log.jsonl", curve, f"{options.model}: {recipe.epochs} epochs, seed {options.seed}")
        print(quality)


if __name__ == "__main__":
    main()
