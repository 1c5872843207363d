"""The settings of each of the product's models; train.py's options override them."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """`sizes`: side of the training views and the share of the run until which it holds. `input_size`: side of the
    exported model's input, which may be a little larger (Touvron et al., "Fixing the train-test resolution discrepancy", 2019).
    `arcface_from`: share of the run that the teacher has to itself (without a teacher ArcFace begins at once).
    `trunk_lr`: the trunk's learning rate as a share of `lr`; below 1 for a trunk that starts from trained weights.
    `frozen`: how many parts of a ResNet's trunk stay as they are where a run starts from trained weights: 1 the stem, 2 and stage 1, and so on.
    `repeats`: how often an epoch sees a labelled photo for each time that it sees an unlabelled one.
    `prototype_share`: how much of an individual's score is the cosine to its prototype, the mean direction of its photos.
    `margin`, in radians, and `strength`, of the random views: at the start and from the middle of the run on. `mirror`: share of photos mirrored top to bottom."""

    architecture: str
    tier: str
    sizes: tuple[tuple[int, float], ...] = ((128, 0.4), (160, 0.7), (192, 1.0))
    input_size: int = 224
    epochs: int = 120
    batch: int = 64
    lr: float = 1e-3
    trunk_lr: float = 1.0
    weight_decay: float = 0.05
    margin: tuple[float, float] = (0.15, 0.4)
    scale: float = 30.0
    centres: int = 1
    mirror: float = 0.3
    strength: tuple[float, float] = (0.3, 1.0)
    dim: int = 512
    strips: int = 4
    ema: float = 0.999
    teacher_weight: float = 8.0
    arcface_from: float = 0.1
    repeats: int = 1
    frozen: int = 0
    prototype_share: float = 0.0


_SMALL = dict(sizes=((96, 0.3), (128, 0.7), (160, 1.0)), input_size=160, epochs=8, batch=32, lr=2e-3, trunk_lr=0.4, repeats=2, teacher_weight=4.0, arcface_from=0.0,
              prototype_share=0.4)

RECIPES: dict[str, Recipe] = {
    "efficientnet_v1": Recipe("efficientnet_b0", "fast", **_SMALL),
    "efficientnet_v2": Recipe("efficientnet_v2_b0", "balanced", **_SMALL),
    "resnet101": Recipe("resnet_101_to_conv4", "accurate", sizes=((144, 0.4), (176, 1.0)), input_size=176, epochs=8, batch=32, trunk_lr=0.3, teacher_weight=0.0, frozen=2),
    # What resnet101 grew from.
    "right_whale_resnet50": Recipe("resnet_50_to_conv4", "balanced", sizes=((144, 0.35), (176, 0.75), (208, 1.0)), input_size=176, epochs=14, batch=32,
                                   trunk_lr=0.3, margin=(0.3, 0.4), strength=(0.6, 1.0), ema=0.998, teacher_weight=0.0, frozen=2),
}
