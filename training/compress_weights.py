"""Halves an ONNX file: weights are stored as float16 and cast to float32 when the file is loaded.

    python3 compress_weights.py network.onnx model.onnx

The network computes in float32 as before: ONNX Runtime folds the casts away while it loads the file, so only the
weights' rounding to 11 bits of precision remains. Small tensors (shapes, biases, scales) stay as they are.
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SMALLEST = 1024  # values; below this nothing is gained


def compress(model: onnx.ModelProto) -> int:
    graph = model.graph
    casts = []
    for tensor in list(graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < SMALLEST:
            continue
        if np.abs(values).max() > np.finfo(np.float16).max:
            print(f"{tensor.name} stays float32: it has values that float16 cannot hold")
            continue
        name = tensor.name
        graph.initializer.remove(tensor)
        graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), name + "_f16"))
        casts.append(helper.make_node("Cast", [name + "_f16"], [name], name=name + "_expand", to=TensorProto.FLOAT))
    nodes = casts + list(graph.node)  # a graph's nodes are in order of use
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return len(casts)


if __name__ == "__main__":
    source, target = sys.argv[1:]
    network = onnx.load(source)
    print(f"{compress(network)} tensors stored as float16")
    onnx.save(network, target)
