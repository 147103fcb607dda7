"""What the network runs on: TensorFlow, JAX or PyTorch, on a CPU or an accelerator."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import keras

__all__ = ["accelerators", "device_name", "is_out_of_memory", "mixed_precision"]

_NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}


def accelerators() -> list[str]:
    """Names of the accelerators that Keras's backend finds; none on a machine with a CPU only."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow

        found = tensorflow.config.list_physical_devices("GPU")
        details = [tensorflow.config.experimental.get_device_details(device) for device in found]
        return [str(detail.get("device_name", "GPU")) for detail in details]
    if backend == "jax":
        import jax

        return [str(d.device_kind) for d in jax.devices() if d.platform != "cpu"]
    if backend == "torch":
        import torch

        return [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return []


def device_name() -> str:
    """For people: "NVIDIA H200 (JAX)", or "CPU, 2 cores (TensorFlow)"."""
    found = accelerators()
    where = found[0] if found else f"CPU, {os.cpu_count() or 1} cores"
    return f"{where} ({_NAMES.get(keras.backend.backend(), keras.backend.backend())})"


@contextmanager
def mixed_precision(use: bool | None) -> Iterator[bool]:
    """Build layers that compute in 16 bits and keep their weights in 32; yields whether they do.

    By default on accelerators only: a CPU is slower so (EfficientNet-B0 in bfloat16 with AMX: 27
    against 48 images a second).
    """
    mixed = bool(accelerators()) if use is None else use
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16" if mixed else "float32")
    try:
        yield mixed
    finally:
        keras.config.set_dtype_policy(before)


def is_out_of_memory(error: Exception) -> bool:
    """Whether a backend says by this exception that memory ran out."""
    text = f"{type(error).__name__} {error}".lower()
    signs = ("out of memory", "outofmemory", "resource_exhausted", "resourceexhausted", "oom when")
    return isinstance(error, MemoryError) or any(sign in text for sign in signs)
