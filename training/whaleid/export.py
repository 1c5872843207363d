"""ONNX out of torch, checked against torch."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

try:
    from onnx import checker
except ImportError:
    checker = None

from .gate import Gate
from .nets import Embedder
from .onnx_session import OnnxSession

OPSET, OUTPUTS = 17, ("embedding", "cetacean")


class GatedEmbedder(torch.nn.Module):
    """Normalised RGB [N,3,H,W] -> unit vectors [N,dim] and the gate's probabilities [N], out of one trunk."""

    def __init__(self, model: Embedder, gate: Gate):
        super().__init__()
        self.model, self.gate = model, gate

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        early = self.model.trunk.early(x)
        return self.model.embed(self.model.trunk.late(early)), self.gate(early)


def export_onnx(model: torch.nn.Module, path: Path, size: int) -> None:
    """Writes `image` float32 [n,3,size,size] -> `embedding` float32 [n,dim], unit length, dynamic batch; of a GatedEmbedder also
    `cetacean` float32 [n]."""
    names = list(OUTPUTS if isinstance(model, GatedEmbedder) else OUTPUTS[:1])
    model = model.cpu().to(memory_format=torch.contiguous_format).eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    # torch 2.5 and later export through another route unless told not to; what we check is this one.
    newer = {"dynamo": False} if tuple(int(v) for v in torch.__version__.split(".")[:2]) >= (2, 5) else {}
    torch.onnx.export(
        model, (torch.zeros(2, 3, size, size),), str(path), opset_version=OPSET,
        input_names=["image"], output_names=names, dynamic_axes={name: {0: "n"} for name in ("image", *names)}, **newer)
    if checker is not None:
        checker.check_model(str(path), full_check=True)


@torch.no_grad()
def largest_difference(model: torch.nn.Module, path: Path, pictures: torch.Tensor) -> float:
    """Largest absolute difference between torch's and ONNX Runtime's outputs for normalised `pictures` [N,3,S,S],
    run together and one by one (the batch must not matter)."""
    wanted, x, differences = model.cpu().eval()(pictures), pictures.contiguous().numpy(), []
    for name, want in zip(OUTPUTS, wanted if isinstance(wanted, tuple) else (wanted,)):
        session = OnnxSession(path, output_name=name)
        for got in (session(x), np.concatenate([session(x[k : k + 1]) for k in range(len(x))])):
            differences.append(float(np.abs(got - want.numpy()).max()))
    return max(differences)
