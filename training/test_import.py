#!/usr/bin/env python3
"""A checkpoint of toy size becomes a model folder that the worker takes: python3 training/test_import.py (needs the .NET SDK)"""
from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parent))

import import_checkpoint
from whaleid.onnx_session import OnnxSession

SIDE, FEATURES, DIMS, ANIMALS, SPARE = 32, 8, 6, 5, 2
IDS = [f"{k:012x}" for k in range(ANIMALS)]


def toy_backbone(architecture: str) -> nn.Module:
    """In timm's place: picture -> feature map."""
    if architecture != "efficientnet_b4":
        raise AssertionError(architecture)
    return nn.Sequential(nn.Conv2d(3, FEATURES, 3, stride=2, padding=1), nn.BatchNorm2d(FEATURES), nn.SiLU())


def pictures() -> torch.Tensor:
    """A colour pattern for each animal."""
    return torch.nn.functional.interpolate(torch.randn(ANIMALS, 3, 4, 4, generator=torch.Generator().manual_seed(1)), size=SIDE)


def toy_checkpoint() -> dict:
    """As the trainer of the example saves it: the network under `model.`, `embedding`, `arc.weight` with rows to spare, and more around."""
    torch.manual_seed(3)
    backbone, embedding = toy_backbone("efficientnet_b4"), nn.Linear(FEATURES, DIMS)
    backbone.train()
    with torch.no_grad():
        for _ in range(30):
            backbone(pictures())
        centres = embedding(backbone.eval()(pictures()).mean((2, 3)))
    state = {**{f"model.{k}": v for k, v in backbone.state_dict().items()}, **{f"embedding.{k}": v for k, v in embedding.state_dict().items()},
             "arc.weight": torch.cat([3 * centres, torch.randn(SPARE, DIMS)])}
    return {"state_dict": state, "hyper_parameters": {"root": Path("/kaggle")}, "epoch": 9}


class ImportTest(unittest.TestCase):
    def setUp(self) -> None:
        torch.set_num_threads(1)
        self.root = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        self.folder = self.root / "toy_whale"
        self.content = toy_checkpoint()
        np.save(self.root / "encoder_classes.npy", np.array(IDS, dtype=object))
        (self.root / "species_map.csv").write_text("individual_id,species\n" + "".join(f"{i},beluga\n" for i in IDS[1:]))

    def bring_in(self, *more: str) -> str:
        torch.save(self.content, self.root / "toy.ckpt")
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            import_checkpoint.main([str(self.root / "toy.ckpt"), str(self.root / "encoder_classes.npy"), "--out", str(self.folder), "--size", str(SIDE), *more], toy_backbone)
        return said.getvalue()

    def refusal(self, *more: str) -> str:
        with self.assertRaises(SystemExit) as refused:
            self.bring_in(*more)
        return str(refused.exception)

    def test_folder_names_each_animal_and_check_model_takes_it(self) -> None:
        said = self.bring_in("--spare-rows", "--trust-pickle", "--species", str(self.root / "species_map.csv"))

        self.assertIn("5 individuals of 7 rows; 1 without a species", said)
        self.assertIn("nobody is identified", said)
        embeddings, catalogue = OnnxSession(self.folder / "model.onnx")(pictures().numpy()), np.load(self.folder / "catalogue.npy").astype(np.float32)
        scores = embeddings @ catalogue.T
        self.assertEqual(scores.argmax(1).tolist(), list(range(ANIMALS)))
        self.assertTrue(np.allclose(scores.diagonal(), 1, atol=1e-3))
        self.assertEqual((self.folder / "catalogue.csv").read_text().splitlines()[:3], ["individual,species", f"{IDS[0]},", f"{IDS[1]},beluga"])
        self.assertEqual(json.loads((self.folder / "model.json").read_text())["name"], "toy_whale")
        code, found = check_model(self.folder)
        self.assertEqual(code, 0, found)
        self.assertIn("5 embeddings of 5 individuals, 6 values each", found)
        self.assertIn("all right", found)

    def test_gem_is_taken_from_the_checkpoint(self) -> None:
        self.content["state_dict"]["pooling.p"] = torch.full((1,), 3.0)
        self.assertIn("GeM 3.00", self.bring_in("--spare-rows", "--trust-pickle"))
        state = self.content["state_dict"]
        backbone = toy_backbone("efficientnet_b4").eval()
        backbone.load_state_dict({k[len("model."):]: v for k, v in state.items() if k.startswith("model.")})
        with torch.no_grad():
            features = backbone(pictures()).clamp(min=1e-6).pow(3).mean((2, 3)).pow(1 / 3)
            want = torch.nn.functional.normalize(features @ state["embedding.weight"].T + state["embedding.bias"], dim=1)
        self.assertLess(np.abs(OnnxSession(self.folder / "model.onnx")(pictures().numpy()) - want.numpy()).max(), 1e-4)

    def test_tensors_and_text_labels_need_no_trust(self) -> None:
        self.content = self.content["state_dict"]
        (self.root / "ids.txt").write_text("\n".join(IDS) + "\n")
        torch.save(self.content, self.root / "plain.pt")
        with contextlib.redirect_stdout(io.StringIO()):
            import_checkpoint.main([str(self.root / "plain.pt"), str(self.root / "ids.txt"), "--out", str(self.folder), "--size", str(SIDE), "--spare-rows", "--match", "0.4"], toy_backbone)
        self.assertEqual(json.loads((self.folder / "model.json").read_text())["thresholds"]["match"], 0.4)

    def test_what_does_not_fit_is_named(self) -> None:
        self.assertIn("--trust-pickle", self.refusal("--spare-rows"))
        self.assertIn("arc.weight has 7 rows, there are 5 ids", self.refusal("--trust-pickle"))
        self.assertIn("There is no neck.weight (--embedding)", self.refusal("--trust-pickle", "--spare-rows", "--embedding", "neck"))
        self.assertIn("There is no head.weight (--class-weights)", self.refusal("--trust-pickle", "--spare-rows", "--class-weights", "head.weight", "--ignore", "arc."))
        self.assertIn("efficientnet_b4 needs 0.weight", self.refusal("--trust-pickle", "--spare-rows", "--backbone", "net.", "--ignore", "model."))
        self.content["state_dict"]["neck.1.weight"] = torch.zeros(2)
        self.assertIn("Nothing here uses neck.1.weight", self.refusal("--trust-pickle", "--spare-rows"))
        self.content["state_dict"]["arc.weight"][2] = 0
        self.assertIn(f"no direction for {IDS[2]}", self.refusal("--trust-pickle", "--spare-rows", "--ignore", "neck."))
        np.save(self.root / "encoder_classes.npy", np.array([*IDS, IDS[0]], dtype=object))
        self.assertIn(f"listed twice: '{IDS[0]}'", self.refusal("--trust-pickle", "--spare-rows", "--ignore", "neck."))
        self.assertFalse(self.folder.exists())


def check_model(folder: Path) -> tuple[int, str]:
    """The worker's own judgement."""
    project = Path(__file__).resolve().parents[1] / "src" / "Whales.Worker"
    done = subprocess.run(["dotnet", "run", "--project", str(project), "-c", "Release", "-p:UseSharedCompilation=false", "--", "check-model", str(folder)],
                          capture_output=True, text=True, env={**os.environ, "MSBUILDDISABLENODEREUSE": "1"})
    return done.returncode, done.stdout + done.stderr


if __name__ == "__main__":
    unittest.main()
