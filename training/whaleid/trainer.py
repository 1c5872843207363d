"""The training loop: seeded, resumable at any step, pausable."""
from __future__ import annotations

import copy
import json
import math
import os
import signal
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Callable

import torch
from torch import Tensor, nn

from .augment import augment
from .batches import Pool
from .losses import ArcFace, Distillation
from .nets import Embedder
from .recipes import Recipe


@dataclass(frozen=True)
class RunOptions:
    """`pause_file`: while it exists no step is made. `evaluate_every` in epochs, `save_seconds` between checkpoints,
    `log_every` in steps; `mixed`: bfloat16 in the trunk."""

    directory: Path
    seed: int = 1
    device: str = "cpu"
    mixed: bool = False
    pause_file: Path | None = None
    save_seconds: float = 180.0
    log_every: int = 50
    evaluate_every: int = 2


class Trainer:
    def __init__(self, recipe: Recipe, pool: Pool, teacher_dim: int | None, options: RunOptions,
                 initialise: Callable[[Embedder], None] | None = None):
        self.recipe, self.pool, self.options = recipe, pool, options
        self.device = torch.device(options.device)
        torch.manual_seed(options.seed)
        self.model = Embedder(recipe.architecture, recipe.dim, recipe.strips)
        if initialise is not None:
            initialise(self.model)
        if recipe.frozen:
            if not hasattr(self.model.trunk, "freeze"):
                raise ValueError(f"The parts of {recipe.architecture} cannot be frozen one by one, only those of a ResNet: --frozen 0.")
            self.model.trunk.freeze(recipe.frozen)
        self.model = self.model.to(self.device, memory_format=torch.channels_last)
        self.averaged = copy.deepcopy(self.model)
        self.arcface = ArcFace(recipe.dim, pool.classes, recipe.centres, recipe.scale)
        centres = pool.teacher_centres()
        if centres is not None and teacher_dim == recipe.dim:
            self.arcface.start_at(centres)
        self.arcface = self.arcface.to(self.device)
        self.distillation = Distillation(recipe.dim, teacher_dim).to(self.device) if teacher_dim else None
        self.parameters = [p for part in self._parts().values() for p in part.parameters() if p.requires_grad]
        trunk = {id(p) for p in self.model.trunk.parameters()}
        groups = []
        for share, inside in ((recipe.trunk_lr, True), (1.0, False)):
            for decays in (True, False):
                chosen = [p for p in self.parameters if (id(p) in trunk) == inside and (p.ndim > 1) == decays]
                groups.append(dict(params=chosen, weight_decay=recipe.weight_decay * decays, share=share))
        self.optimiser = torch.optim.AdamW(groups, lr=recipe.lr)
        self.step, self.seconds, self._stop = 0, 0.0, False
        options.directory.mkdir(parents=True, exist_ok=True)

    @property
    def steps(self) -> int:
        return self.recipe.epochs * self.pool.steps_per_epoch

    def fit(self, evaluate: Callable[[Embedder], dict[str, float]] | None = None, until: int | None = None) -> None:
        """Trains to the end (or to step `until`), from the last checkpoint if there is one."""
        self._resume()
        previous = signal.signal(signal.SIGTERM, self._on_signal)
        began, saved, sums, counted = time.monotonic(), time.monotonic(), {}, 0
        evaluate_steps = self.options.evaluate_every * self.pool.steps_per_epoch
        last = min(self.steps, until if until is not None else self.steps)
        try:
            while self.step < last and not self._stop:
                began += self._wait_while_paused()
                losses = self._train_step()
                sums = {k: sums.get(k, 0.0) + v for k, v in losses.items()}
                counted += 1
                self.step += 1
                if self.step % self.options.log_every == 0 or self.step == last:
                    now = time.monotonic()
                    self.seconds, spent, began = self.seconds + now - began, now - began, now
                    self._log({**{k: v / counted for k, v in sums.items()}, "photos_per_second": counted * self.recipe.batch / spent})
                    sums, counted = {}, 0
                if evaluate is not None and (self.step % evaluate_steps == 0 or self.step == self.steps):
                    self._log(evaluate(self.averaged))
                    began = time.monotonic()
                if time.monotonic() - saved > self.options.save_seconds:
                    self.save()
                    saved = time.monotonic()
        finally:
            signal.signal(signal.SIGTERM, previous)
        self.save()

    def _train_step(self) -> dict[str, float]:
        recipe, share = self.recipe, self.step / self.steps
        # Everything random in a step follows from its number; no generator's state needs to be kept.
        torch.manual_seed(self.options.seed * 1_000_003 + 500_009 + self.step)
        self.model.train()
        for group in self.optimiser.param_groups:
            group["lr"] = recipe.lr * group["share"] * learning_rate_share(share)
        batch = self.pool.batch(self.step)
        x = augment(batch.pixels, next(s for s, end in recipe.sizes if share < end or end >= 1), batch.mirror, until_middle(recipe.strength, share))
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.options.mixed):
            features = self.model.trunk(x)
        embedding = self.model.embed(features)
        losses = self._losses(embedding, batch.label, batch.teacher, share)
        total = sum(losses.values())
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        nn.utils.clip_grad_norm_(self.parameters, 5.0)
        self.optimiser.step()
        self._average()
        return {"loss": float(total.detach()), **{k: float(v.detach()) for k, v in losses.items()}}

    def _losses(self, embedding: Tensor, label: Tensor, teacher: Tensor | None, share: float) -> dict[str, Tensor]:
        recipe, out = self.recipe, {}
        weight = 1.0
        if teacher is not None and self.distillation is not None and recipe.teacher_weight > 0:
            out["teacher"] = recipe.teacher_weight * self.distillation(embedding, teacher)
            weight = min(1.0, max(0.0, (share - recipe.arcface_from) / 0.1))
        named = label >= 0
        if weight > 0 and bool(named.any()):
            out["arcface"] = weight * self.arcface(embedding[named], label[named], until_middle(recipe.margin, share))
        return out or {"nothing": embedding.sum() * 0}

    @torch.no_grad()
    def _average(self) -> None:
        keep = min(self.recipe.ema, (1 + self.step) / (10 + self.step))
        for mean, value in zip(self.averaged.state_dict().values(), self.model.state_dict().values()):
            mean.lerp_(value, 1 - keep) if mean.is_floating_point() else mean.copy_(value)

    def _wait_while_paused(self) -> float:
        """-> the seconds waited."""
        began = time.monotonic()
        while self.options.pause_file is not None and self.options.pause_file.exists() and not self._stop:
            time.sleep(0.5)
        return time.monotonic() - began

    def _on_signal(self, *_: object) -> None:
        self._stop = True

    def _log(self, record: dict[str, float]) -> None:
        record = {"step": self.step, "epoch": round(self.step / self.pool.steps_per_epoch, 3),
                  "share": round(self.step / self.steps, 5), "minutes": round(self.seconds / 60, 2),
                  **{k: round(v, 5) for k, v in record.items()}}
        print("  ".join(f"{k} {v:g}" for k, v in record.items()), flush=True)
        with open(self.options.directory / "log.jsonl", "a") as f:
            f.write(json.dumps(record) + "\n")

    def save(self) -> None:
        """Replaces last.pt in one step, so that a crash leaves the one before."""
        path = self.options.directory / "last.pt"
        states = {name: part.state_dict() for name, part in self._parts().items()}
        torch.save(dict(states, averaged=self.averaged.state_dict(), optimiser=self.optimiser.state_dict(), step=self.step,
                        epoch=self.step / self.pool.steps_per_epoch, seconds=self.seconds, recipe=asdict(self.recipe),
                        names=self.pool.names, seed=self.options.seed), str(path) + ".new")
        os.replace(str(path) + ".new", path)

    def _parts(self) -> dict[str, nn.Module]:
        """What is trained."""
        parts = dict(model=self.model, arcface=self.arcface)
        return dict(parts, distillation=self.distillation) if self.distillation else parts

    def _resume(self) -> None:
        path = self.options.directory / "last.pt"
        if not path.exists():
            return
        saved = torch.load(path, map_location=self.device)
        if saved["names"] != self.pool.names or saved["recipe"]["architecture"] != self.recipe.architecture:
            raise ValueError(f"{path} is of another run: other individuals or another network. Give this one a --name of its own.")
        now = dict(asdict(self.recipe), seed=self.options.seed)
        other = [f"{key} {saved_value} (now {now[key]})" for key, saved_value in dict(saved["recipe"], seed=saved["seed"]).items()
                 if key != "epochs" and now.get(key, saved_value) != saved_value]
        if saved["step"] > self.steps:
            other.append(f"{saved['step']} steps done (now {self.steps} in all)")
        if other:
            raise ValueError(f"{path} is of another run, with {', '.join(other)}. Give this one a --name of its own, or go on with the same options.")
        for name, part in dict(self._parts(), averaged=self.averaged).items():
            part.load_state_dict(saved[name])
        self.optimiser.load_state_dict(saved["optimiser"])
        self.step, self.seconds = saved["step"], saved["seconds"]
        log = self.options.directory / "log.jsonl"
        if log.exists():
            kept = [line for line in log.read_text().splitlines(True) if json.loads(line)["step"] <= self.step]
            log.write_text("".join(kept))
        print(f"resumed at step {self.step} of {self.steps}", flush=True)


def until_middle(ends: tuple[float, float], share: float) -> float:
    """From the first of `ends` to the second in the first half of the run."""
    return ends[0] + (ends[1] - ends[0]) * min(1.0, share / 0.5)


def learning_rate_share(share: float) -> float:
    """Up in the first 3 % of the run, then down a cosine."""
    return min(1.0, share / 0.03 + 0.02) * (0.5 + 0.5 * math.cos(math.pi * share))
