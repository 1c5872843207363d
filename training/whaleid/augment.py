"""Random views of aligned head crops, made on the device that trains.

Never mirrored left to right: a mirrored head is another animal. Mirrored top to bottom it is used as an additional
identity, so the caller says which photos to mirror.
"""
from __future__ import annotations

import math
from typing import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from .data import MEAN, STD

ROTATION_DEGREES, SCALE, SHIFT = 15.0, 0.2, 0.08


def to_float(pixels: Tensor) -> Tensor:
    """uint8 [N,S,S,3] -> float32 [N,3,S,S] in 0..1."""
    return pixels.permute(0, 3, 1, 2).float() / 255


def resize(x: Tensor, size: int) -> Tensor:
    """[N,3,S,S] -> [N,3,size,size], with low-pass when shrinking."""
    return x if x.shape[2] == size else F.interpolate(x, size=(size, size), mode="bilinear", antialias=True, align_corners=False)


def normalise(x: Tensor) -> Tensor:
    """0..1 -> the network's input."""
    mean, std = (torch.tensor(v, device=x.device).view(1, 3, 1, 1) for v in (MEAN, STD))
    return ((x - mean) / std).contiguous(memory_format=torch.channels_last)


def warp(x: Tensor, size: int, degrees: Tensor, scale: Tensor, stretch: Tensor, shift: Tensor, mirror: Tensor) -> Tensor:
    """Turns, scales (above 1: more of the surroundings), stretches along the axis, shifts and, where `mirror` is set,
    mirrors top to bottom: [N,3,S,S] -> [N,3,size,size]; degrees, scale, stretch, mirror [N], shift [N,2] in half sides."""
    if x.shape[2] > 1.4 * size:
        x = resize(x, int(1.25 * size))
    angle, flip = torch.deg2rad(degrees), 1 - 2 * mirror.to(x.dtype)
    theta = torch.zeros(len(x), 2, 3, device=x.device)
    theta[:, 0, 0], theta[:, 0, 1] = angle.cos() * scale * stretch, -angle.sin() * scale
    theta[:, 1, 0], theta[:, 1, 1] = angle.sin() * scale * flip, angle.cos() * scale / stretch * flip
    theta[:, :, 2] = shift
    grid = F.affine_grid(theta, [len(x), 3, size, size], align_corners=False)
    return F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)


def augment(pixels: Tensor, size: int, mirror: Tensor, strength: float = 1.0) -> Tensor:
    """uint8 [N,S,S,3], mirror bool [N] -> network input [N,3,size,size]. `strength` 0 changes nothing but the size."""
    n, device = len(pixels), pixels.device

    def spread(limit: float, *shape: int) -> Tensor:
        return (torch.rand(n, *shape, device=device) * 2 - 1) * (limit * strength)

    def chance(p: float) -> Tensor:
        return torch.rand(n, device=device) < p * strength

    x = warp(to_float(pixels), size, spread(ROTATION_DEGREES), torch.exp(spread(math.log(1 + SCALE))),
             torch.exp(spread(0.06)), spread(SHIFT, 2), mirror)
    x = _colour(x, spread, chance(0.15))
    x = _blur(x, chance(0.2), float(0.4 + 1.2 * torch.rand(1)))
    x = x + torch.randn_like(x) * (chance(0.3).view(n, 1, 1, 1) * 0.03)
    return normalise(_erase(x.clamp(0, 1), chance(0.3)))


def _colour(x: Tensor, spread: Callable[..., Tensor], greyed: Tensor) -> Tensor:
    """Gamma, exposure, contrast, saturation, hue and white balance: sun, haze and water differ more than animals do."""
    x = x.clamp(1e-3, 1).pow(torch.exp(spread(0.35, 1, 1, 1))) * (1 + spread(0.25, 1, 1, 1))
    x = (x - 0.4) * (1 + spread(0.32, 1, 1, 1)) + 0.4
    grey = x.mean(1, keepdim=True)
    saturation = (1 + spread(0.7, 1, 1, 1)) * ~greyed.view(-1, 1, 1, 1)
    x = grey + (x - grey) * saturation
    hue = spread(0.35)
    cos, d = hue.cos(), hue.sin() / math.sqrt(3)
    c = (1 - cos) / 3
    turn = torch.stack([cos + c, c - d, c + d, c + d, cos + c, c - d, c - d, c + d, cos + c], 1).view(-1, 3, 3)
    return torch.einsum("nij,njhw->nihw", turn, x) * (1 + spread(0.08, 3, 1, 1))


def _blur(x: Tensor, where: Tensor, sigma: float) -> Tensor:
    rows = where.nonzero().flatten()
    if len(rows) == 0:
        return x
    g = torch.exp(-torch.arange(-3.0, 4.0, device=x.device) ** 2 / (2 * sigma**2))
    g = (g / g.sum()).expand(3, 1, 7)
    padded = F.pad(x[rows], (3, 3, 3, 3), mode="reflect")
    x = x.clone()
    x[rows] = F.conv2d(F.conv2d(padded, g[..., None], groups=3), g[:, :, None], groups=3)
    return x


def _erase(x: Tensor, where: Tensor) -> Tensor:
    """A rectangle of one colour over a tenth to four tenths of each side: spray, glare, a wave."""
    n, size = len(x), x.shape[2]
    at = torch.arange(size, device=x.device).view(1, size)
    length = (0.1 + 0.3 * torch.rand(n, 2, device=x.device)) * size
    start = torch.rand(n, 2, device=x.device) * (size - length)
    rows, cols = ((at >= start[:, k : k + 1]) & (at < start[:, k : k + 1] + length[:, k : k + 1]) for k in (0, 1))
    mask = (rows[:, :, None] & cols[:, None, :] & where[:, None, None])[:, None]
    return torch.where(mask, torch.rand(n, 3, 1, 1, device=x.device), x)
