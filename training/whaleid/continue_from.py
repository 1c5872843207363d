"""Weights out of an ONNX network of the same architecture, to train it further.

The exporter folds a batch norm that follows a convolution into it. Its scale and shift are found again from what the
convolution gives on some photos, so that the network computes the same and can learn as one that was never folded.
"""
from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from .nets import Embedder
from .nets.efficientnet import EfficientNet

_LAYERS = {"Conv", "BatchNormalization", "MatMul", "Gemm"}


@torch.no_grad()
def continue_from_onnx(model: Embedder, path: Path, pictures: Tensor) -> None:
    """Sets every weight of `model` from the network at `path`, whose layers must come in the same order; a gate beside it
    is passed over. `pictures`: normalised photos [N,3,S,S] for the statistics. Raises ValueError where a layer does not fit."""
    import onnx

    graph = onnx.load(str(path)).graph
    values = _weights(graph)
    layers = iter([n for n in graph.node if n.op_type in _LAYERS and not any(i.startswith("gate.") for i in n.input)])
    folded = []
    for conv, norm in _in_order(model):
        if conv is not None:
            node = _next(layers, conv, path)
            weight = values[node.input[1]]
            _copy(conv.weight, weight.T if node.op_type == "MatMul" else weight, node, path)
            if conv.bias is not None:
                _copy(conv.bias, values[node.input[2]], node, path)
            elif len(node.input) > 2:
                norm.running_mean.zero_(), norm.running_var.fill_(1 - norm.eps), norm.weight.fill_(1)
                _copy(norm.bias, values[node.input[2]], node, path)
                folded.append(norm)
                continue
        if norm is not None:
            node = _next(layers, norm, path)
            for target, name in zip((norm.weight, norm.bias, norm.running_mean, norm.running_var), node.input[1:]):
                _copy(target, values[name], node, path)
    if (left := next(layers, None)) is not None:
        raise ValueError(f"{path} has a layer more than {model.architecture}: {left.name}.")
    exponents = [values[n.input[1]] for n in graph.node if n.op_type == "Pow" and values.get(n.input[1], torch.ones(2)).numel() == 1]
    if exponents:
        model.pool.p.copy_(exponents[0].reshape(()))
    unfold(model, folded, pictures)


@torch.no_grad()
def aim_at(model: Embedder, own: Tensor, aim: Tensor, pictures: Tensor) -> None:
    """Puts a linear map behind the embedding, in the same layers: the one that brings what the network gives for some photos, `own`, closest to
    `aim` (both unit vectors [N,dim]; ridge regression). A loss that compares the two then begins low instead of undoing what was learned.
    `pictures`: as for continue_from_onnx."""
    ridge = 1e-4 * len(own) * torch.eye(own.shape[1])
    linear = torch.linalg.solve(own.T @ own + ridge, own.T @ aim).T
    neck, project = model.neck, model.project
    scale = neck.weight / (neck.running_var + neck.eps).sqrt()
    project.weight.copy_(linear @ (scale[:, None] * project.weight))
    neck.bias.copy_(linear @ (neck.bias - scale * neck.running_mean))
    neck.running_mean.zero_(), neck.running_var.fill_(1 - neck.eps), neck.weight.fill_(1)
    unfold(model, [neck], pictures)


def continue_or_grow(model: Embedder, donor: Embedder) -> None:
    """`donor`: of the same architecture, or a ResNet with fewer blocks."""
    if donor.architecture == model.architecture:
        model.load_state_dict(donor.state_dict())
    else:
        grow_deeper(model, donor)


@torch.no_grad()
def grow_deeper(model: Embedder, donor: Embedder) -> None:
    """Spreads a ResNet's blocks over a deeper one with as many stages. The blocks between are copies whose last convolution is zero, so
    that the deeper network computes the same at first (Chen, Goodfellow and Shlens, "Net2Net", ICLR 2016)."""
    if len(model.trunk.stages) != len(donor.trunk.stages):
        raise ValueError(f"{donor.architecture} has {len(donor.trunk.stages)} stages, {model.architecture} has {len(model.trunk.stages)}: one cannot go on from the other.")
    for stage, source in zip(model.trunk.stages, donor.trunk.stages):
        places = [k * len(stage) // len(source) for k in range(len(source))]
        for k, block in enumerate(stage):
            nearest = max(i for i, place in enumerate(places) if place <= k)
            if k == places[nearest]:
                block.load_state_dict(source[nearest].state_dict())
            else:
                # A stage's first block has other shapes.
                block.load_state_dict(source[max(nearest, 1)].state_dict())
                block.conv3.weight.zero_()
    for name in ("bn_in", "stem", "bn_stem", "bn_out"):
        getattr(model.trunk, name).load_state_dict(getattr(donor.trunk, name).state_dict())
    for name in ("pool", "bn_in", "project", "neck"):
        getattr(model, name).load_state_dict(getattr(donor, name).state_dict())


@torch.no_grad()
def unfold(model: Embedder, norms: list[nn.BatchNorm1d | nn.BatchNorm2d], pictures: Tensor) -> None:
    """Gives `norms`, which only add their bias so far, the statistics of their inputs, and takes them back by scale and shift."""
    seen: dict[nn.Module, list[Tensor]] = {n: [] for n in norms}
    hooks = [n.register_forward_pre_hook(lambda m, x: seen[m].append(torch.stack(torch.var_mean(x[0].float(), [d for d in range(x[0].ndim) if d != 1]))))
             for n in norms]
    model.eval()
    for k in range(0, len(pictures), 32):
        model(pictures[k : k + 32])
    for hook in hooks:
        hook.remove()
    for norm, parts in seen.items():
        means = torch.stack([p[1] for p in parts])
        variance, mean = torch.stack([p[0] for p in parts]).mean(0) + means.var(0, unbiased=False), means.mean(0)
        norm.running_mean.copy_(mean), norm.running_var.copy_(variance)
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.add_(mean)


def _weights(graph) -> dict[str, Tensor]:
    """Every stored tensor, and what is made of stored ones alone: equal ones are stored once, compressed ones expanded at load."""
    from onnx import numpy_helper

    values = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in graph.initializer}
    expand = {"Identity": lambda x: x, "Cast": lambda x: x.float(), "Mul": lambda x, y: x * y, "Reshape": lambda x, y: x.reshape(y.tolist())}
    for node in graph.node:
        if node.op_type in expand and all(i in values for i in node.input):
            values[node.output[0]] = expand[node.op_type](*(values[i] for i in node.input))
    return {name: value.float() for name, value in values.items()}


def _in_order(model: Embedder) -> list[tuple[nn.Module | None, nn.Module | None]]:
    """Convolutions with the batch norm that follows them directly, in the order of computation."""
    trunk = model.trunk
    if isinstance(trunk, EfficientNet):
        parts = [trunk.stem, *(part for b in trunk.blocks for part in (b.expand, b.depthwise, b.gate, b.project)), trunk.head]
        layers = [m for part in parts for m in part.modules() if isinstance(m, (nn.Conv2d, nn.BatchNorm2d))]
        pairs = [(m, n if isinstance(n, nn.BatchNorm2d) else None) for m, n in zip(layers, layers[1:]) if isinstance(m, nn.Conv2d)]
        return pairs + [(None, model.bn_in), (model.project, model.neck)]
    out: list[tuple[nn.Module | None, nn.Module | None]] = [(None, trunk.bn_in), (trunk.stem, trunk.bn_stem)]
    for stage in trunk.stages:
        for block in stage:
            shortcut = [(block.shortcut, None)] if block.shortcut is not None else []
            out += [(None, block.bn1), *shortcut, (block.conv1, block.bn2), (block.conv2, block.bn3), (block.conv3, None)]
    return out + [(None, trunk.bn_out), (None, model.bn_in), (model.project, model.neck)]


def _next(layers, module: nn.Module, path: Path):
    node = next(layers, None)
    if node is None or (node.op_type == "BatchNormalization") != hasattr(module, "running_mean"):
        raise ValueError(f"{path}: expected weights for {module}, found {'the end' if node is None else node.name}.")
    return node


def _copy(target: Tensor, value: Tensor, node, path: Path) -> None:
    if target.shape != value.shape:
        raise ValueError(f"{path}: {node.name} has the shape {tuple(value.shape)}, not {tuple(target.shape)}.")
    target.copy_(value)
