#!/usr/bin/env python3
"""The pipeline on drawn animals, in seconds: python3 -m unittest discover training"""
from __future__ import annotations

import csv
import dataclasses
import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import onnx
import torch
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parent))

from compress_weights import compress
from whaleid import trainer as training
from whaleid.augment import augment, normalise, to_float, warp
from whaleid.average import average
from whaleid.batches import Pool
from whaleid.continue_from import aim_at, continue_from_onnx, grow_deeper
from whaleid.curve import draw_curve
from whaleid.data import Photos, Split, read_photos, split_by_individual
from whaleid.export import GatedEmbedder, export_onnx, largest_difference
from whaleid.gate import Source, fit_gate, measure_gate, probabilities, summary
from whaleid.imagenet import start_from_imagenet
from whaleid.losses import ArcFace, Distillation
from whaleid.metrics import measure, score_per_individual
from whaleid.model_folder import write_model_folder
from whaleid.nets import ARCHITECTURES, Embedder
from whaleid.nets.efficientnet import EfficientNet, Stage
from whaleid.onnx_session import OnnxSession
from whaleid.pseudo import pseudo_labels
from whaleid.recipes import Recipe
from whaleid.teacher import reduce, teacher_embeddings

SIDE, ANIMALS, VIEWS = 48, 36, 6
RECIPE = Recipe("efficientnet_b0", "fast", sizes=((32, 1.0),), input_size=32, epochs=12, batch=16, lr=3e-3, margin=(0.0, 0.1), mirror=0.0, scale=10.0, dim=16, strips=2, ema=0.9)


def draw(animal: int, view: int) -> Image.Image:
    """A dark head on water with bright patches whose places belong to the animal."""
    place, light = np.random.default_rng(animal), np.random.default_rng(1000 * animal + view)
    image = Image.new("RGB", (SIDE, SIDE), tuple(int(v) for v in light.integers((10, 50, 60), (50, 90, 110))))
    pen = ImageDraw.Draw(image)
    pen.ellipse((4, 10, 44, 38), fill=(35, 35, 40))
    for x, y, r in place.integers((8, 14, 2), (40, 34, 5), (6, 3)):
        dx, dy = light.integers(-1, 2, 2)
        pen.ellipse((x + dx - r, y + dy - r, x + dx + r, y + dy + r), fill=(200, 200, 190))
    return image


class TrainingTest(unittest.TestCase):
    folder: Path
    labelled: Photos
    unlabelled: Photos
    split: Split

    @classmethod
    def setUpClass(cls) -> None:
        torch.set_num_threads(1)
        cls.folder = Path(tempfile.mkdtemp())
        for name in ("toy-labelled", "toy-unlabelled"):
            (cls.folder / name).mkdir()
        with open(cls.folder / "toy-labelled.csv", "w", newline="") as f:
            table = csv.writer(f)
            table.writerow(["file", "individual_id"])
            for animal in range(ANIMALS):
                for view in range(VIEWS):
                    draw(animal, view).save(cls.folder / "toy-labelled" / f"{animal}-{view}.png")
                    table.writerow([f"{animal}-{view}.png", f"animal {animal}"])
        for k in range(10):
            draw(k, 99).save(cls.folder / "toy-unlabelled" / f"{k}.png")
        draw(0, 99).save(cls.folder / "toy-unlabelled" / "again.png")
        cls.labelled, cls.unlabelled = read_photos(cls.folder, SIDE, cls.folder / "cache")
        cls.split = split_by_individual(cls.labelled.files, cls.labelled.individuals)

    @classmethod
    def tearDownClass(cls) -> None:
        shutil.rmtree(cls.folder)

    def trainer(self, name: str, teacher: tuple[np.ndarray, np.ndarray] | None = None, recipe: Recipe = RECIPE, **options: object) -> training.Trainer:
        pool = Pool(self.labelled, self.unlabelled, self.split, teacher, RECIPE.batch, RECIPE.mirror, 1, torch.device("cpu"))
        run = training.RunOptions(self.folder / name, log_every=1, **options)
        return training.Trainer(recipe, pool, teacher[0].shape[2] if teacher else None, run)

    def losses(self, name: str) -> list[float]:
        lines = (self.folder / name / "log.jsonl").read_text().splitlines()
        return [r["loss"] for r in map(json.loads, lines) if "loss" in r]

    def test_read_photos_identical_unlabelled_pictures_are_kept_once(self) -> None:
        self.assertEqual((len(self.labelled.files), len(self.unlabelled.files)), (ANIMALS * VIEWS, 10))
        self.assertEqual(self.labelled.pixels.shape, (ANIMALS * VIEWS, SIDE, SIDE, 3))

    def test_split_keeps_unseen_individuals_out_and_enough_of_the_known(self) -> None:
        of = [self.labelled.individuals[k] for k in range(len(self.labelled.files))]
        train, known, unknown = ({of[k] for k in part} for part in dataclasses.astuple(self.split))
        self.assertEqual((len(unknown), unknown & train, known - train), (ANIMALS // 5, set(), set()))
        self.assertEqual(sorted(self.split.train + self.split.known + self.split.unknown), list(range(len(of))))
        self.assertTrue(all(sum(of[k] == i for k in self.split.train) >= 4 for i in known))

    def test_split_leaves_something_to_learn_from_and_to_measure_whatever_the_shape_of_a_catalogue(self) -> None:
        for animals, views in ((100, 4), (60, 15), (20, 6), (100, 2), (5, 2)):
            files = [f"{a}-{v}" for a in range(animals) for v in range(views)]
            split = split_by_individual(files, [f.split("-")[0] for f in files])
            learned = {files[k].split("-")[0] for k in split.train}
            self.assertTrue(split.known and split.unknown and learned.issuperset(files[k].split("-")[0] for k in split.known), (animals, views))
            self.assertGreater(len(split.train), 0.6 * len(files))
        for animals, views in ((4, 9), (50, 1)):
            files = [f"{a}-{v}" for a in range(animals) for v in range(views)]
            with self.assertRaisesRegex(ValueError, "too few to hold some out"):
                split_by_individual(files, [f.split("-")[0] for f in files])

    def test_read_photos_of_a_table_that_was_sorted_anew_gives_each_photo_its_name(self) -> None:
        data = self.folder / "sorted"
        (data / "mine-labelled").mkdir(parents=True)
        colours = {"a.png": (200, 0, 0), "b.png": (0, 0, 200)}
        for name, colour in colours.items():
            Image.new("RGB", (8, 8), colour).save(data / "mine-labelled" / name)
        for order in (("a.png", "b.png"), ("b.png", "a.png")):
            (data / "mine-labelled.csv").write_text("file,individual_id\n" + "".join(f"{name},{name[0]}\n" for name in order))
            photos, _ = read_photos(data, 8, data / "cache")
            self.assertEqual([(f, i, tuple(p[0, 0])) for f, i, p in zip(photos.files, photos.individuals, photos.pixels)], [(f, f[0], colours[f]) for f in order])

    def test_networks_have_the_published_number_of_parameters(self) -> None:
        # Without the 1000-class layers, which have 1280 * 1000 + 1000 and 2048 * 1000 + 1000.
        published = {"efficientnet_b0": 5_288_548 - 1_281_000, "efficientnet_v2_b0": 7_139_704 - 1_281_000, "efficientnet_v2_s": 21_458_488 - 1_281_000, "resnet_101": 44_549_160 - 2_049_000}
        for name, expected in published.items():
            count = sum(p.numel() for p in ARCHITECTURES[name]().parameters())
            self.assertLess(abs(count - expected) / expected, 0.001, f"{name} has {count}")

    def test_networks_give_unit_vectors_and_gradients(self) -> None:
        for name in ARCHITECTURES:
            model = Embedder(name, dim=8, strips=2).train()
            out = model(torch.randn(2, 3, 64, 64))
            out[:, 0].sum().backward()
            self.assertTrue(torch.allclose(out.norm(dim=1), torch.ones(2), atol=1e-5))
            self.assertTrue(all(p.grad is not None and bool(p.grad.isfinite().all()) for p in model.parameters()), name)

    def test_warp_mirror_turns_top_to_bottom_and_never_left_to_right(self) -> None:
        x, one, no_shift = torch.rand(1, 3, 8, 8), torch.ones(1), torch.zeros(1, 2)
        for mirror, want in ((False, x), (True, x.flip(2))):
            got = warp(x, 8, torch.zeros(1), one, one, no_shift, torch.tensor([mirror]))
            self.assertLess(float((got - want).abs().max()), 1e-5)

    def test_augment_keeps_the_bright_end_where_it_is(self) -> None:
        pixels = torch.zeros(64, 32, 32, 3, dtype=torch.uint8)
        pixels[:, :, 16:] = 255
        out = augment(pixels, 32, torch.rand(64) < 0.5)
        self.assertGreater(float((out[:, :, :, 20:].mean((1, 2, 3)) > out[:, :, :, :12].mean((1, 2, 3))).float().mean()), 0.95)

    def test_augment_without_strength_only_normalises(self) -> None:
        pixels = torch.randint(0, 256, (2, 16, 16, 3), dtype=torch.uint8)
        got = augment(pixels, 16, torch.zeros(2, dtype=torch.bool), strength=0.0)
        self.assertLess(float((got - normalise(to_float(pixels))).abs().max()), 0.02)

    def test_arcface_margin_makes_the_own_class_harder(self) -> None:
        torch.manual_seed(0)
        loss, e, y = ArcFace(8, 5, centres=2), torch.nn.functional.normalize(torch.randn(6, 8), dim=1), torch.arange(6) % 5
        self.assertLess(float(loss(e, y, 0.0)), float(loss(e, y, 0.3)))

    def test_distillation_of_the_teacher_itself_is_zero(self) -> None:
        e = torch.nn.functional.normalize(torch.randn(6, 8), dim=1)
        self.assertAlmostEqual(float(Distillation(8, 8)(e, e)), 0.0, places=5)

    def test_measure_by_hand(self) -> None:
        eye = torch.eye(4)
        known = torch.stack([eye[0], torch.nn.functional.normalize(eye[1] * 0.6 + eye[0] * 0.8, dim=0)])
        figures = measure(known, ["a", "b"], eye[:3], ["a", "b", "c"], (eye[2] * 0.5 + eye[3] * 0.75**0.5)[None])
        self.assertEqual((figures.top1, figures.top5, figures.mrr, figures.auroc), (0.5, 1.0, 0.75, 1.0))
        self.assertAlmostEqual(figures.threshold, 0.5, places=5)
        # By score: the stranger (0.5), the one named wrong (0.8), the one named right (1).
        self.assertEqual(figures.calibration_as_dicts(), [{"score": 0.5, "photos": 1, "right": 0.0}, {"score": 0.8, "photos": 1, "right": 0.0}, {"score": 1.0, "photos": 1, "right": 1.0}])

    def test_prototype_share_prefers_the_one_seen_so_again_and_again(self) -> None:
        catalogue = torch.nn.functional.normalize(torch.tensor([[0.9, 0.436], [0.9, -0.436], [0.95, 0.312], [0.0, -1.0]]))
        query, individual = torch.tensor([[1.0, 0.0]]), torch.tensor([0, 0, 1, 1])
        self.assertEqual(int(score_per_individual(query, catalogue, individual, 2).argmax()), 1)
        blended = score_per_individual(query, catalogue, individual, 2, 0.4)
        self.assertEqual(int(blended.argmax()), 0)
        # a's prototype is the query itself.
        self.assertAlmostEqual(float(blended[0, 0]), 0.6 * 0.9 + 0.4, places=3)

    def test_fit_loss_falls(self) -> None:
        self.trainer("falls").fit()
        losses = self.losses("falls")
        self.assertLess(sum(losses[-10:]), 0.85 * sum(losses[:10]))

    def test_fit_stopped_and_resumed_equals_uninterrupted(self) -> None:
        whole, first = self.trainer("whole"), self.trainer("parts")
        whole.fit(until=7)
        first.fit(until=3)
        second = self.trainer("parts")
        second.fit(until=7)
        self.assertEqual(self.losses("whole"), self.losses("parts"))
        for a, b in zip(whole.averaged.state_dict().values(), second.averaged.state_dict().values()):
            self.assertTrue(torch.equal(a, b))

    def test_fit_refuses_the_checkpoint_of_another_run_and_leaves_it_as_it_was(self) -> None:
        self.trainer("first").fit(until=3)
        before = (self.folder / "first" / "last.pt").read_bytes()
        for recipe, seed, message in ((dataclasses.replace(RECIPE, lr=1e-3), 1, r"lr 0.003 \(now 0.001\)"), (RECIPE, 2, r"seed 1 \(now 2\)"),
                                      (dataclasses.replace(RECIPE, epochs=0), 1, "3 steps done")):
            with self.assertRaisesRegex(ValueError, message + ".*--name"):
                self.trainer("first", recipe=recipe, seed=seed).fit()
            self.assertEqual((self.folder / "first" / "last.pt").read_bytes(), before)
        longer = self.trainer("first", recipe=dataclasses.replace(RECIPE, epochs=RECIPE.epochs + 1))
        longer.fit(until=4)
        self.assertEqual(longer.step, 4)

    def test_model_folder_equals_torch_and_teaches(self) -> None:
        trainer, folder = self.trainer("export"), self.folder / "models" / "efficientnet_v1"
        trainer.fit(until=4)
        quality = write_model_folder(folder, "efficientnet_v1", RECIPE, trainer.averaged, self.labelled, self.split)
        self.assertLess(quality["onnxAgainstTorch"], 1e-4)
        match = json.loads((folder / "model.json").read_text())["thresholds"]["match"]
        self.assertTrue(quality["threshold"] < match < quality["threshold"] + 1.2e-4, (match, quality["threshold"]))
        catalogue = np.load(folder / "catalogue.npy")
        self.assertEqual((catalogue.shape, catalogue.dtype), ((ANIMALS * VIEWS, 16), np.float16))
        self.assertEqual(OnnxSession(folder / "model.onnx")(np.zeros((3, 3, 32, 32), np.float32)).shape, (3, 16))
        draw_curve(self.folder / "export" / "log.jsonl", self.folder / "curve.svg", "toy")
        self.assertIn("polyline", (self.folder / "curve.svg").read_text())
        taught = tuple(teacher_embeddings([folder / "model.onnx"], p, n, self.folder / "cache") for p, n in
                       ((self.labelled, "labelled"), (self.unlabelled, "unlabelled")))
        self.trainer("student", taught).fit(until=12)
        losses = self.losses("student")
        self.assertLess(sum(losses[-3:]), sum(losses[:3]))

    def test_several_teachers_count_the_same_side_by_side(self) -> None:
        paths = [self.folder / "teacher-8.onnx", self.folder / "teacher-12.onnx"]
        for path, dim in zip(paths, (8, 12)):
            export_onnx(Embedder("efficientnet_b0", dim=dim, strips=2).eval(), path, 32)

        def embeddings(models: list[Path]) -> np.ndarray:
            return teacher_embeddings(models, self.labelled, "several", self.folder / "cache")

        both = embeddings(paths)
        self.assertEqual(both.shape, (len(self.labelled.files), 2, 20))
        self.assertTrue(np.allclose(np.linalg.norm(both, axis=2), 1, atol=1e-5))
        for part, path in ((both[:, :, :8], paths[0]), (both[:, :, 8:], paths[1])):
            self.assertTrue(np.allclose(part * np.sqrt(2), embeddings([path]), atol=1e-5))

    def test_reduce_keeps_the_cosines_of_teachers_that_know_less_than_their_numbers_could_say(self) -> None:
        torch.manual_seed(0)
        known = torch.nn.functional.normalize(torch.randn(40, 2, 6), dim=2)
        wide = known @ torch.linalg.qr(torch.randn(20, 20))[0][:6]
        first, second = reduce((wide[:30].numpy(), wide[30:].numpy()), range(20), 6)
        self.assertEqual((first.shape, second.shape), ((30, 2, 6), (10, 2, 6)))
        self.assertTrue(np.allclose(first[:, 0] @ second[:, 1].T, (known[:30, 0] @ known[30:, 1].T).numpy(), atol=1e-5))
        self.assertTrue(np.allclose(np.linalg.norm(reduce((wide.numpy(), wide.numpy()), range(40), 3)[0], axis=2), 1, atol=1e-5))
        self.assertEqual(reduce((known.numpy(), known.numpy()), range(40), 8)[0].shape, (40, 2, 6))
        nothing = np.zeros((0, 2, 0), np.float32)  # as teacher_embeddings has it where no photo is without a name
        alone, none = reduce((wide.numpy(), nothing), range(40), 6)
        self.assertEqual((alone.shape, len(none)), ((40, 2, 6), 0))

    def test_aim_at_brings_the_embedding_to_where_it_should_lie(self) -> None:
        torch.manual_seed(0)
        model, x = Embedder("efficientnet_b0", dim=8, strips=2, drop=0.0), torch.randn(40, 3, 32, 32)
        model.train()(x)
        with torch.no_grad():
            own = model.eval()(x)
            rotation = torch.linalg.qr(torch.randn(8, 8))[0]
            aim_at(model, own, own @ rotation, x)
            self.assertTrue(torch.allclose(model.eval()(x), own @ rotation, atol=1e-2))
            model.neck.train().momentum, found = 1.0, model.neck.running_mean.clone()
            model(x)
        self.assertTrue(torch.allclose(model.neck.running_mean, found, atol=1e-3))

    def test_continue_from_onnx_gives_the_same_function_with_batch_norms_that_can_learn(self) -> None:
        norms = {"resnet_50_to_conv4": "stages.1.0.bn2", "efficientnet_b0": "blocks.3.depthwise.1", "efficientnet_v2_b0": "blocks.9.project.1"}
        for architecture, name in norms.items():
            with self.subTest(architecture):
                torch.manual_seed(0)
                donor, path, x = Embedder(architecture, dim=8, strips=2), self.folder / "donor.onnx", torch.randn(32, 3, 64, 64)
                donor.train()(x)
                export_onnx(donor.eval(), path, 64)
                model = Embedder(architecture, dim=8, strips=2, drop=0.0)
                continue_from_onnx(model, path, x)
                with torch.no_grad():
                    self.assertLess(float((model.eval()(x) - donor(x)).abs().max()), 1e-4)
                    norm = model.trunk.get_submodule(name).train()
                    norm.momentum, found = 1.0, (norm.running_mean.clone(), norm.running_var.clone())
                    model(x)
                self.assertTrue(torch.allclose(norm.running_mean, found[0], atol=1e-3) and torch.allclose(norm.running_var, found[1], rtol=0.02))
                with self.assertRaisesRegex(ValueError, "shape"):
                    continue_from_onnx(Embedder(architecture, dim=9, strips=2), path, x)

    def test_continue_from_onnx_takes_a_model_folder_s_network_with_its_gate_and_fewer_bits(self) -> None:
        torch.manual_seed(0)
        donor, path, x = Embedder("efficientnet_b0", dim=64, strips=2).eval(), self.folder / "gated.onnx", torch.randn(8, 3, 32, 32)
        gate = fit_gate([Source(f"{side} {k}", side > 0, summary(donor.trunk.early(torch.randn(12, 3, 32, 32) + side)).detach()) for side in (-1, 1) for k in range(2)])
        export_onnx(GatedEmbedder(donor, gate), path, 32)
        for kind in ("fp16", "int8"):
            network, model = onnx.load(path), Embedder("efficientnet_b0", dim=64, strips=2)
            compress(network, kind)
            onnx.save(network, self.folder / f"{kind}.onnx")
            continue_from_onnx(model, self.folder / f"{kind}.onnx", x)
            with torch.no_grad():
                self.assertGreater(float((model.eval()(x) * donor(x)).sum(1).min()), 0.9999)

    def test_grow_deeper_gives_the_same_function_and_every_block_can_learn(self) -> None:
        torch.manual_seed(0)
        donor, model, x = (Embedder("resnet_50_to_conv4", dim=8, strips=2, drop=0.0), Embedder("resnet_101_to_conv4", dim=8, strips=2, drop=0.0), torch.randn(4, 3, 64, 64))
        donor.train()(x)
        grow_deeper(model, donor)
        with torch.no_grad():
            self.assertLess(float((model.eval()(x) - donor.eval()(x)).abs().max()), 1e-5)
        model.train()(x)[:, 0].sum().backward()
        self.assertTrue(all(float(b.conv3.weight.grad.abs().max()) > 0 for stage in model.trunk.stages for b in stage))

    def test_average_of_a_network_with_itself_differs_by_its_statistics_alone(self) -> None:
        torch.manual_seed(0)
        before, after, x = Embedder("efficientnet_b0", dim=8, strips=2), Embedder("efficientnet_b0", dim=8, strips=2), torch.randn(40, 3, 32, 32)
        same = average(before, before, x)
        for module in before.modules():
            if isinstance(module, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)):
                module.momentum = None
                module.reset_running_stats()
        before.drop.p = 0.0
        for block in before.trunk.blocks:
            block.drop = 0.0
        with torch.no_grad():
            before.train()(x)
            self.assertLess(float((same(x) - before.eval()(x)).abs().max()), 1e-4)
        weight = average(before, after, x, 0.25).project.weight
        self.assertTrue(torch.allclose(weight, 0.75 * before.project.weight + 0.25 * after.project.weight))

    def test_grow_deeper_refuses_a_network_of_other_stages(self) -> None:
        with self.assertRaisesRegex(ValueError, "resnet_50_to_conv4 has 3 stages, resnet_101 has 4"):
            grow_deeper(Embedder("resnet_101", dim=8, strips=2), Embedder("resnet_50_to_conv4", dim=8, strips=2))

    def test_freeze_of_a_network_without_such_parts_says_so(self) -> None:
        with self.assertRaisesRegex(ValueError, "efficientnet_b0 cannot be frozen"):
            self.trainer("frozen", recipe=dataclasses.replace(RECIPE, frozen=2))

    def test_freeze_keeps_weights_and_statistics_of_the_parts_named(self) -> None:
        model = Embedder("resnet_50_to_conv4", dim=8, strips=2)
        model.trunk.freeze(2)
        before = {k: v.clone() for k, v in model.trunk.state_dict().items()}
        model.train()(torch.randn(4, 3, 64, 64)).sum().backward()
        changed = {k.split(".")[1] for k, v in model.trunk.state_dict().items() if k.startswith("stages") and not torch.equal(v, before[k])}
        self.assertEqual(changed, {"1", "2"})
        self.assertTrue(all(p.grad is None for p in [model.trunk.stem.weight, *model.trunk.stages[0].parameters()]))

    def test_pseudo_labels_names_what_is_as_sure_as_the_held_out_photos_that_are_right(self) -> None:
        labelled = Photos(np.zeros((6, 1, 1, 3), np.uint8), [str(k) for k in range(6)], ["b", "a", "a", "b", "a", "stranger"])
        split, e = Split([0, 1], [2, 3, 4], [5]), np.eye(4, dtype=np.float32)
        held = [e[1], e[0], 0.6 * e[0] + 0.8 * e[2], 0.5 * e[0] + 0.9 * e[2]]
        embeddings = np.stack([e[0], e[1], *held])[:, None].repeat(2, 1), np.stack([e[0], e[1], 0.7 * e[1] + 0.7 * e[3]])[:, None].repeat(2, 1)
        self.assertEqual(pseudo_labels(labelled, split, embeddings, 1.0).tolist(), [1, 0, -1])
        self.assertEqual(pseudo_labels(labelled, split, embeddings, 0.5).tolist(), [1, 0, 0])

    def test_pool_sees_photos_without_a_name_where_a_teacher_says_what_to_make_of_them(self) -> None:
        embeddings = tuple(np.zeros((len(p.files), 2, 4), np.float32) for p in (self.labelled, self.unlabelled))
        found = np.array([3] + [-1] * (len(self.unlabelled.files) - 1))
        for unnamed_too, more in ((True, len(found)), (False, 1)):
            pool = Pool(self.labelled, self.unlabelled, self.split, embeddings, 1, 0.0, 1, torch.device("cpu"), 2, found, unnamed_too)
            self.assertEqual(pool.steps_per_epoch, 2 * len(self.split.train) + more)

    def test_compressed_weights_give_nearly_the_same_embeddings_from_a_smaller_file(self) -> None:
        torch.manual_seed(0)
        path, x = self.folder / "whole.onnx", torch.randn(3, 3, 32, 32).numpy()
        export_onnx(Embedder("efficientnet_b0", dim=64, strips=2).eval(), path, 32)
        whole = OnnxSession(path)(x)
        for kind, size, least in (("fp16", 0.52, 0.99999), ("int8", 0.48, 0.9999)):
            smaller = self.folder / f"{kind}.onnx"
            network = onnx.load(path)
            self.assertGreater(compress(network, kind), 60)
            onnx.save(network, smaller)
            self.assertLess(smaller.stat().st_size, size * path.stat().st_size)
            self.assertGreater(float((OnnxSession(smaller)(x) * whole).sum(1).min()), least)

    def test_gate_is_exported_beside_the_embedding_and_tells_the_sides_apart(self) -> None:
        torch.manual_seed(0)
        model, path = Embedder("efficientnet_b0", dim=8, strips=2).eval(), self.folder / "gated.onnx"
        shades = [(Source(f"{side} {k}", side > 0, summary(model.trunk.early(torch.randn(12, 3, 32, 32) + side + k / 5)).detach()))
                  for side in (-1, 1) for k in range(2)]
        gate, figures = fit_gate(shades), measure_gate(shades)
        passed = {s["source"]: s["passed"] for s in figures["heldOutSources"]}
        self.assertEqual([passed[f"-1 {k}"] for k in range(2)], [0.0, 0.0])
        self.assertGreater(min(passed[f"1 {k}"] for k in range(2)), 0.8)
        export_onnx(GatedEmbedder(model, gate), path, 32)
        x = torch.randn(3, 3, 32, 32)
        want = probabilities(gate, summary(model.trunk.early(x)).detach())
        self.assertLess(float(np.abs(OnnxSession(path, output_name="cetacean")(x.numpy()) - want.numpy()).max()), 1e-5)
        self.assertEqual(OnnxSession(path)(x.numpy()).shape, (3, 8))
        self.assertLess(largest_difference(GatedEmbedder(model, gate), path, x), 1e-5)

    def test_start_from_imagenet_computes_what_the_published_network_does(self) -> None:
        torch.manual_seed(0)
        stages = (Stage(True, 1, 3, 1, 8, 1), Stage(True, 4, 3, 2, 8, 2), Stage(False, 6, 5, 2, 12, 2))
        with mock.patch.dict(ARCHITECTURES, toy=lambda: EfficientNet(stages, 8, 16, 0.0)):
            published, pictures, x = Embedder("toy").eval(), torch.randn(8, 3, 32, 32), torch.randn(2, 3, 32, 32)
            for module in published.trunk.modules():
                if isinstance(module, torch.nn.BatchNorm2d):
                    for values in (module.weight.data, module.bias.data, module.running_mean, module.running_var):
                        values.uniform_(0.5, 1.0)
            for write in (write_text_layers, write_tfjs):
                folder = self.folder / write.__name__
                write(published.trunk, folder)
                model = Embedder("toy")
                start_from_imagenet(model, folder, pictures)
                with torch.no_grad():
                    self.assertLess(float((model.eval().trunk(x) - published.trunk(x)).abs().max()), 1e-4, write.__name__)
                # Statistics of the photos in place of the folded ones: otherwise nothing would be normalised in training.
                self.assertGreater(float((model.trunk.stem[1].running_var - 1).abs().max()), 0.1)
        with self.assertRaisesRegex(ValueError, "stage 0 .* is it a efficientnet_b0"):
            start_from_imagenet(Embedder("efficientnet_b0"), self.folder / "write_text_layers", pictures)

    def train_command(self, model: str, *more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(Path(__file__).with_name("train.py")), model, "--data", str(self.folder),
                   "--runs", str(self.folder / "runs"), "--out", str(self.folder / "out" / "models"), "--cache-size", "48", "--threads", "1",
                   "--sizes", "32:1", "--input-size", "32", "--epochs", "1", "--batch", "30", *more]
        return subprocess.run(command, capture_output=True, text=True)

    def test_train_command_makes_a_model_folder(self) -> None:
        done = self.train_command("efficientnet_v1")
        self.assertEqual(done.returncode, 0, done.stderr)
        made = {p.name for p in (self.folder / "out" / "models" / "efficientnet_v1").iterdir()}
        self.assertEqual(made, {"model.onnx", "model.json", "catalogue.npy", "catalogue.csv"})
        manifest = json.loads((self.folder / "out" / "models" / "efficientnet_v1" / "model.json").read_text())
        self.assertEqual(manifest["match"], {"prototypeShare": 0.4})
        self.assertTrue((self.folder / "out" / "docs" / "models" / "efficientnet_v1.svg").exists())

    def test_train_command_freezes_nothing_that_did_not_learn(self) -> None:
        done = self.train_command("resnet101", "--stop-at-step", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(torch.load(self.folder / "runs" / "resnet101" / "last.pt")["recipe"]["frozen"], 0)
        self.assertIn("no --init", self.train_command("resnet101", "--frozen", "2").stderr)


def folded_layers(trunk: EfficientNet):
    """(stage, repeat, layer), kernel in TensorFlow's order and bias, as they are published."""
    def fold(conv, norm):
        scale = 1 if norm is None else norm.weight / (norm.running_var + norm.eps).sqrt()
        bias = conv.bias if norm is None else norm.bias - norm.running_mean * scale
        kernel = conv.weight if norm is None else conv.weight * scale.view(-1, 1, 1, 1)
        return kernel.permute((2, 3, 0, 1) if conv.groups > 1 else (2, 3, 1, 0)).detach().numpy(), bias.detach().numpy()

    blocks = iter(trunk.blocks)
    yield 0, 0, "stem", *fold(*trunk.stem[:2])
    for stage, row in enumerate(trunk.stages):
        for repeat in range(row.repeats):
            block = next(blocks)
            for name in ("expand", "depthwise", "project"):
                if isinstance(part := getattr(block, name), torch.nn.Sequential):
                    yield stage, repeat, name, *fold(*part[:2])
            if not row.fused:
                yield stage, repeat, "reduce", *fold(block.gate.reduce, None)
                yield stage, repeat, "gate", *fold(block.gate.expand, None)
    yield 0, 0, "head", *fold(*trunk.head[:2])


def write_text_layers(trunk: EfficientNet, folder: Path) -> None:
    names = {"stem": "stem_conv", "head": "top_conv", "expand": "expand_conv", "depthwise": "dwconv2", "reduce": "se_reduce", "gate": "se_expand", "project": "project_conv"}
    for stage, repeat, layer, kernel, bias in folded_layers(trunk):
        inside = folder / (names[layer] if layer in ("stem", "head") else f"block{stage + 1}{'abc'[repeat]}_{names[layer]}")
        inside.mkdir(parents=True)
        np.savetxt(inside / "kernel_fused_float32.txt", kernel.flatten(), fmt="%.8f")
        np.savetxt(inside / "bias_fused_float32.txt", bias, fmt="%.8f")


def write_tfjs(trunk: EfficientNet, folder: Path) -> None:
    folder.mkdir()
    root, data, weights = "StatefulPartitionedCall/model/", b"", []
    names = {"stem": "stem_conv2d/Conv2D", "head": "top_conv2d/Conv2D", "expand": "expand_conv2d/Conv2D", "depthwise": "depthwise_conv2d/depthwise", "project": "project_conv2d/Conv2D"}
    gate = 90  # so that an order by letters would be another one than by number
    for stage, repeat, layer, kernel, bias in folded_layers(trunk):
        if layer in names:
            start = root + (names[layer] if layer in ("stem", "head") else f"stack_{stage}/block_{repeat}/{names[layer]}")
            pair = (start + "_weights", start + "_bn_offset")
        else:
            pair, gate = (f"Func/StatefulPartitionedCall/input/_{gate}", f"Func/StatefulPartitionedCall/input/_{gate + 1}"), gate + 5
        for name, value in zip(pair, (kernel, bias)):
            weights.append({"name": name, "shape": list(value.shape), "dtype": "float32"})
            data += np.ascontiguousarray(value, np.float32).tobytes()
    (folder / "1.bin").write_bytes(data[:101])
    (folder / "2.bin").write_bytes(data[101:])
    (folder / "model.json").write_text(json.dumps({"weightsManifest": [{"paths": ["1.bin", "2.bin"], "weights": weights}]}))


if __name__ == "__main__":
    unittest.main()
