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

OPSET = 17


class GatedEmbedder(torch.nn.Module):
    """Normalised RGB [N,3,H,W] -> unit vectors [N,dim] and the gate's probabilities [N], out of one trunk."""

    def __init__(self, model: Embedder, gate: Gate):
        super().__init__()
        self.model, self.gate = model, gate

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        early = self.model.trunk.early(x)
        return self.model.embed(self.model.trunk.late(early)), self.gate(early)


def export_onnx(model: Embedder, path: Path, size: int, gate: Gate | None = None) -> None:
    """Writes `image` float32 [n,3,size,size] -> `embedding` float32 [n,dim], unit length, dynamic batch; with a gate also
    `cetacean` float32 [n]."""
    names = ["embedding"] if gate is None else ["embedding", "cetacean"]
    model = (model if gate is None else GatedEmbedder(model, gate)).cpu().to(memory_format=torch.contiguous_format).eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    # torch 2.5 and later export through another route unless told not to; what we check is this one.
    newer = {"dynamo": False} if tuple(int(v) for v in torch.__version__.split(".")[:2]) >= (2, 5) else {}
    torch.onnx.export(
        model, (torch.zeros(2, 3, size, size),), str(path), opset_version=OPSET,
        input_names=["image"], output_names=names, dynamic_axes={name: {0: "n"} for name in ("image", *names)}, **newer)
    if checker is not None:
        checker.check_model(str(path), full_check=True)


@torch.no_grad()
def largest_difference(model: torch.nn.Module, path: Path, pictures: torch.Tensor, output: str = "embedding") -> float:
    """Largest absolute difference between torch's and ONNX Runtime's `output` for normalised `pictures` [N,3,S,S],
    run together and one by one (the batch must not matter)."""
    want = model.cpu().eval()(pictures).numpy()
    session = OnnxSession(path, output_name=output)
    x = pictures.contiguous().numpy()
    together, single = session(x), np.concatenate([session(x[k : k + 1]) for k in range(len(x))])
    return float(max(np.abs(together - want).max(), np.abs(single - want).max()))
