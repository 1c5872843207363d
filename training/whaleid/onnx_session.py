"""Runs an ONNX model: with the onnxruntime package where it is installed, else through the C library alone.

Debian has no Python package of ONNX Runtime, but the product brings libonnxruntime.so for Linux x64 (node_modules/);
its C API only ever grows at the end, so the few functions needed are reached by their place in OrtApi.
"""
from __future__ import annotations

import ctypes
import glob
import os
from pathlib import Path

import numpy as np

_REPOSITORY = Path(__file__).resolve().parents[2]
_C_FUNCTIONS = dict(GetErrorMessage=2, CreateEnv=3, CreateSession=7, Run=9, CreateSessionOptions=10,
                    SetIntraOpNumThreads=24, CreateTensorWithDataAsOrtValue=49, GetTensorMutableData=51,
                    GetDimensionsCount=61, GetDimensions=62, GetTensorTypeAndShape=65, CreateCpuMemoryInfo=69,
                    ReleaseStatus=93, ReleaseValue=96, ReleaseTensorTypeAndShapeInfo=99)
_FLOAT, _ARENA, _DEFAULT_MEMORY, _WARNING, _API_VERSION = 1, 1, 0, 2, 11


def find_library() -> str | None:
    """$ORT_LIBRARY, or the library that the product's npm packages brought."""
    found = sorted(glob.glob(str(_REPOSITORY / "node_modules/*onnxruntime*/**/libonnxruntime.so*"), recursive=True))
    return os.environ.get("ORT_LIBRARY") or next((f for f in found if not f.endswith(".meta")), None)


class OnnxSession:
    """One float32 input [N,...], one float32 output [N,D]."""

    def __init__(self, model: str | Path, threads: int = 1, input_name: str = "image", output_name: str = "embedding"):
        self._names = input_name, output_name
        try:
            import onnxruntime
        except ImportError:
            self._session = None
            self._open_c(str(model), threads)
        else:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = threads
            self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])

    def __call__(self, x: np.ndarray) -> np.ndarray:
        x = np.ascontiguousarray(x, dtype=np.float32)
        if self._session is not None:
            return self._session.run([self._names[1]], {self._names[0]: x})[0]
        return self._run_c(x)

    def _call(self, name: str, *args: object) -> None:
        function = ctypes.CFUNCTYPE(ctypes.c_void_p, *[_argument_type(a) for a in args])(self._api[_C_FUNCTIONS[name]])
        status = function(*args)
        if status:
            message = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)(self._api[_C_FUNCTIONS["GetErrorMessage"]])
            text = message(status).decode()
            self._release("ReleaseStatus", status)
            raise RuntimeError(f"ONNX Runtime, {name}: {text}")

    def _release(self, name: str, handle: object) -> None:
        ctypes.CFUNCTYPE(None, ctypes.c_void_p)(self._api[_C_FUNCTIONS[name]])(handle)

    def _open_c(self, model: str, threads: int) -> None:
        path = find_library()
        if path is None:
            raise RuntimeError("No ONNX Runtime: install the onnxruntime package, run npm ci, or set ORT_LIBRARY.")
        library = ctypes.CDLL(path)
        library.OrtGetApiBase.restype = ctypes.POINTER(ctypes.c_void_p)
        get_api = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_uint32)(library.OrtGetApiBase()[0])
        self._api = ctypes.cast(get_api(_API_VERSION), ctypes.POINTER(ctypes.c_void_p))
        self._env, self._handle, self._memory = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
        options = ctypes.c_void_p()
        self._call("CreateEnv", ctypes.c_int(_WARNING), b"training", ctypes.byref(self._env))
        self._call("CreateSessionOptions", ctypes.byref(options))
        self._call("SetIntraOpNumThreads", options, ctypes.c_int(threads))
        self._call("CreateSession", self._env, model.encode(), options, ctypes.byref(self._handle))
        self._call("CreateCpuMemoryInfo", ctypes.c_int(_ARENA), ctypes.c_int(_DEFAULT_MEMORY), ctypes.byref(self._memory))

    def _run_c(self, x: np.ndarray) -> np.ndarray:
        value, output, info = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
        shape = (ctypes.c_int64 * x.ndim)(*x.shape)
        self._call("CreateTensorWithDataAsOrtValue", self._memory, ctypes.c_void_p(x.ctypes.data), ctypes.c_size_t(x.nbytes),
                   shape, ctypes.c_size_t(x.ndim), ctypes.c_int(_FLOAT), ctypes.byref(value))
        names = [(ctypes.c_char_p * 1)(n.encode()) for n in self._names]
        self._call("Run", self._handle, ctypes.c_void_p(), names[0], (ctypes.c_void_p * 1)(value), ctypes.c_size_t(1),
                   names[1], ctypes.c_size_t(1), ctypes.byref(output))
        self._call("GetTensorTypeAndShape", output, ctypes.byref(info))
        count, data = ctypes.c_size_t(), ctypes.POINTER(ctypes.c_float)()
        self._call("GetDimensionsCount", info, ctypes.byref(count))
        dims = (ctypes.c_int64 * count.value)()
        self._call("GetDimensions", info, dims, ctypes.c_size_t(count.value))
        self._call("GetTensorMutableData", output, ctypes.byref(data))
        result = np.ctypeslib.as_array(data, shape=tuple(dims)).copy()
        self._release("ReleaseTensorTypeAndShapeInfo", info)
        self._release("ReleaseValue", value)
        self._release("ReleaseValue", output)
        return result


def _argument_type(value: object) -> type:
    """Pointers (byref, arrays, bytes) go as void*; plain C numbers as themselves."""
    if isinstance(value, (ctypes.c_int, ctypes.c_size_t, ctypes.c_void_p)):
        return type(value)
    return ctypes.c_char_p if isinstance(value, bytes) else ctypes.c_void_p
