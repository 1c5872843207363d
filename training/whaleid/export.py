"""ONNX out of torch, checked against torch."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

try:
    from onnx import checker
except ImportError:
    checker = None

from .nets import Embedder
from .onnx_session import OnnxSession

OPSET = 17


def export_onnx(model: Embedder, path: Path, size: int) -> None:
    """Writes `image` float32 [n,3,size,size] -> `embedding` float32 [n,dim], unit length, dynamic batch."""
    model = model.cpu().to(memory_format=torch.contiguous_format).eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    # torch 2.5 and later export through another route unless told not to; what we check is this one.
    newer = {"dynamo": False} if tuple(int(v) for v in torch.__version__.split(".")[:2]) >= (2, 5) else {}
    torch.onnx.export(
        model, (torch.zeros(2, 3, size, size),), str(path), opset_version=OPSET,
        input_names=["image"], output_names=["embedding"],
        dynamic_axes={"image": {0: "n"}, "embedding": {0: "n"}}, **newer)
    if checker is not None:
        checker.check_model(str(path), full_check=True)


@torch.no_grad()
def largest_difference(model: Embedder, path: Path, pictures: torch.Tensor) -> float:
    """Largest absolute difference between torch's and ONNX Runtime's embeddings of normalised `pictures` [N,3,S,S],
    run together and one by one (the batch must not matter)."""
    want = model.cpu().eval()(pictures).numpy()
    session = OnnxSession(path)
    x = pictures.contiguous().numpy()
    together, single = session(x), np.concatenate([session(x[k : k + 1]) for k in range(len(x))])
    return float(max(np.abs(together - want).max(), np.abs(single - want).max()))
