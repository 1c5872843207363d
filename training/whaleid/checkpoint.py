"""A run's averaged network, from its last checkpoint."""
from __future__ import annotations

from pathlib import Path

import torch

from .nets import Embedder
from .recipes import Recipe


def open_checkpoint(directory: Path) -> tuple[Embedder, Recipe, float]:
    """-> network, recipe and how many of the recipe's epochs are done."""
    saved = torch.load(directory / "last.pt", map_location="cpu")
    recipe = Recipe(**saved["recipe"])
    model = Embedder(recipe.architecture, recipe.dim, recipe.strips)
    model.load_state_dict(saved["averaged"])
    return model.eval().to(memory_format=torch.channels_last), recipe, saved["epoch"]
