"""A run's averaged network, from its last checkpoint."""
from __future__ import annotations

from pathlib import Path

import torch

from .gate import Gate
from .nets import Embedder
from .recipes import Recipe

CHECKPOINT, GATE = "last.pt", "gate.pt"


def open_checkpoint(directory: Path) -> tuple[Embedder, Recipe, float]:
    """-> network, recipe and how many of the recipe's epochs are done."""
    saved = torch.load(directory / CHECKPOINT, map_location="cpu")
    recipe = Recipe(**saved["recipe"])
    model = Embedder(recipe.architecture, recipe.dim, recipe.strips)
    model.load_state_dict(saved["averaged"])
    return model.eval().to(memory_format=torch.channels_last), recipe, saved["epoch"]


def save_gate(directory: Path, gate: Gate, figures: dict, epoch: float) -> None:
    torch.save(dict(gate=gate.state_dict(), figures=figures, epoch=epoch), directory / GATE)


def open_gate(directory: Path, model: Embedder, epoch: float) -> tuple[Gate, dict] | None:
    """The run's gate and its figures; None when none was fitted. Raises ValueError when it was fitted on another checkpoint."""
    if not (directory / GATE).exists():
        return None
    saved, gate = torch.load(directory / GATE, map_location="cpu"), Gate(model.trunk.early_channels)
    if saved["epoch"] != epoch:
        raise ValueError(f"{directory / GATE} was fitted after {saved['epoch']:g} epochs, the checkpoint has {epoch:g}: run gate.py again.")
    gate.load_state_dict(saved["gate"])
    return gate.eval(), saved["figures"]
