"""Weights files: safetensors with a header that says what they are; NumPy only, no Keras.

Tensors only, never code: ``backbone/<layer>/<variable>``, ``head/kernel``, ``head/bias``. The
metadata strings are ``format``, ``tree``, ``columns`` (JSON), ``channels``, ``card`` (JSON) and,
where it is so, ``turned``.
Building a network from them is in :mod:`gzactive.model.weights`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError, meant
from gzactive.model.head import Head
from gzactive.paths import atomic_write, resource, user_data

__all__ = [
    "FORMAT",
    "SUFFIX",
    "WeightsHeader",
    "available_weights",
    "backbone_fingerprint",
    "default_weights",
    "file_fingerprint",
    "find_weights",
    "is_weights_file",
    "open_tensors",
    "read_backbone",
    "read_head",
    "read_header",
    "shipped_weights",
    "verify_weights",
    "write_weights",
]

FORMAT = "gzactive-weights-1"
_DEFAULT = "sdss-b0"
SUFFIX = ".safetensors"
_BACKBONE = "backbone/"
_YES = "yes"


@dataclass(frozen=True)
class WeightsHeader:
    """What a weights file says of itself."""

    path: Path
    tree_id: str | None  #: tree that the head answers; None when there is no head
    columns: tuple[str, ...]  #: the head's answers, in order
    channels: int  #: 1 grey, 3 colour
    card: dict[str, Any]  #: data, recipe, metrics, limits, licence
    sha256: str  #: of the file
    #: whether the network sees images turned by 180°, as weights of PyTorch must, whose odd pixel
    #: of padding lies on the other side
    turned: bool = False

    @property
    def name(self) -> str:
        """The file's stem: what the weights are called."""
        return self.path.stem

    def image_key(self, key: str) -> str:
        """How files become what the network sees, ``ImageSettings.key`` being how they are read."""
        return f"{key}-turned" if self.turned else key


def shipped_weights() -> tuple[str, ...]:
    """Names of the weights that this installation ships."""
    return tuple(sorted(path.stem for path in resource("weights").glob(f"*{SUFFIX}")))


def available_weights() -> tuple[str, ...]:
    """Names of all weights that can be chosen: shipped ones, then those that a person imported."""
    shipped = shipped_weights()
    own = sorted(path.stem for path in user_data("weights").glob(f"*{SUFFIX}"))
    return (*shipped, *(name for name in own if name not in shipped))


def default_weights() -> str:
    """Name of the weights that a new project starts from."""
    return _DEFAULT


def find_weights(path_or_name: Path | str) -> Path:
    """Path of a weights file, given as a path or by one of the names that are available.

    Raises
    ------
    GzactiveError
        If there is neither such a file nor such a name.
    """
    path = Path(path_or_name).expanduser()
    if path.is_file():
        return path
    name = str(path_or_name)
    if name in shipped_weights():
        return resource(f"weights/{name}{SUFFIX}")
    names = available_weights()
    if name in names:
        return user_data("weights") / f"{name}{SUFFIX}"
    raise GzactiveError(
        f"There are no weights '{name}': {meant(name, names)} A file of weights ends in {SUFFIX}."
    )


@contextmanager
def open_tensors(path: Path) -> Iterator[Any]:
    """Open a safetensors file for reading, tensor by tensor.

    Raises
    ------
    GzactiveError
        If the file is missing or is not whole.
    """
    from safetensors import SafetensorError, safe_open

    try:
        opened = safe_open(path, framework="numpy")
    except FileNotFoundError as error:
        raise GzactiveError(f"There is no weights file '{path}': check the path.") from error
    except (SafetensorError, OSError) as error:
        raise GzactiveError(
            f"'{path}' is not a whole safetensors file ({error}): fetch or write it again."
        ) from error
    with opened as tensors:
        yield tensors


def read_header(path_or_name: Path | str) -> WeightsHeader:
    """What a weights file says of itself.

    Raises
    ------
    GzactiveError
        If it is missing, broken, or no weights file of this program.
    """
    path = find_weights(path_or_name)
    with open_tensors(path) as tensors:
        metadata = tensors.metadata() or {}
    if metadata.get("format") != FORMAT:
        raise GzactiveError(
            f"'{path}' does not say that it is a {FORMAT} file: make one of it with "
            f"`gzactive import-weights`, or take another."
        )
    try:
        return WeightsHeader(
            path=path,
            tree_id=metadata.get("tree") or None,
            columns=tuple(json.loads(metadata["columns"])),
            channels=int(metadata["channels"]),
            card=dict(json.loads(metadata["card"])),
            sha256=_sha256(path),
            turned=metadata.get("turned") == _YES,
        )
    except (KeyError, ValueError, TypeError) as error:
        raise GzactiveError(
            f"The header of '{path}' is incomplete ({error}): fetch or write the file again."
        ) from error


def is_weights_file(path: Path) -> bool:
    """Whether a file says that it is one of this program's."""
    if path.suffix != SUFFIX:
        return False
    with open_tensors(path) as tensors:
        return (tensors.metadata() or {}).get("format") == FORMAT


def read_head(path_or_name: Path | str) -> tuple[Head | None, WeightsHeader]:
    """The head of a weights file, None when it has none, and the file's header."""
    header = read_header(path_or_name)
    with open_tensors(header.path) as tensors:
        if "head/kernel" not in tensors.keys():  # noqa: SIM118 - not a mapping
            return None, header
        head = Head(tensors.get_tensor("head/kernel"), tensors.get_tensor("head/bias"))
    if head.n_answers != len(header.columns):
        raise GzactiveError(
            f"The head of '{header.path}' has {head.n_answers} answers and its header names "
            f"{len(header.columns)}: fetch or write the file again."
        )
    return head, header


def read_backbone(path: Path) -> dict[str, NDArray[np.float32]]:
    """The backbone's tensors by ``<layer>/<variable>``, as float32."""
    with open_tensors(path) as tensors:
        return {
            name.removeprefix(_BACKBONE): tensors.get_tensor(name).astype(np.float32)
            for name in tensors.keys()  # noqa: SIM118 - not a mapping
            if name.startswith(_BACKBONE)
        }


def verify_weights(path_or_name: Path | str) -> str:
    """Read every tensor of a weights file; a sentence on what was found.

    Raises
    ------
    GzactiveError
        If a tensor is missing, of another shape or not finite, or a shipped file is not as shipped.
    """
    from gzactive.model.foreign import layout

    head, header = read_head(path_or_name)
    backbone, expected = read_backbone(header.path), layout(header.channels)
    if {name: one.shape for name, one in backbone.items()} != expected:
        raise GzactiveError(f"'{header.path}' holds no whole EfficientNet-B0: fetch it again.")
    arrays = [*backbone.values(), *((head.kernel, head.bias) if head else ())]
    if not all(np.isfinite(one).all() for one in arrays):
        raise GzactiveError(f"'{header.path}' holds values that are not finite: fetch it again.")
    numbers = sum(one.size for one in arrays)
    found = f"{len(arrays)} tensors, {numbers:,} numbers, SHA-256 {header.sha256}"
    if header.name in shipped_weights() and header.path == find_weights(header.name):
        sums = dict(
            line.split()[::-1] for line in resource("weights/SHA256SUMS").read_text().splitlines()
        )
        if sums.get(header.path.name) != header.sha256:
            raise GzactiveError(
                f"'{header.path}' is not the file that was shipped: install gzactive again."
            )
        found += ", as shipped"
    return found


def backbone_fingerprint(tensors: Mapping[str, NDArray[Any]], image_key: str) -> str:
    """What a feature depends on besides its image: 16 hex digits of SHA-256.

    Parameters
    ----------
    tensors : by ``<layer>/<variable>``; hashed as the float32 values that the network computes with
    image_key : ``ImageSettings.key``, how files become arrays
    """
    digest = hashlib.sha256(image_key.encode())
    for name in sorted(tensors):
        digest.update(f"{name}{tuple(tensors[name].shape)}".encode())
        digest.update(np.ascontiguousarray(tensors[name], "<f4").tobytes())
    return digest.hexdigest()[:16]


def file_fingerprint(path_or_name: Path | str, image_key: str) -> str:
    """:func:`backbone_fingerprint` of a weights file, without building the network."""
    header = read_header(path_or_name)
    return backbone_fingerprint(read_backbone(header.path), header.image_key(image_key))


def write_weights(
    path: Path,
    backbone: Mapping[str, NDArray[Any]],
    *,
    head: Head | None,
    tree_id: str | None,
    columns: Sequence[str],
    channels: int,
    card: Mapping[str, Any],
    dtype: str = "float16",
    turned: bool = False,
) -> None:
    """Write a weights file atomically.

    Parameters
    ----------
    backbone : tensors by ``<layer>/<variable>``
    head, tree_id, columns : None, None and () when there is no head
    dtype : "float16" (8 MB for EfficientNet-B0), or "float32" where every digit counts
    turned : as in :class:`WeightsHeader`

    Raises
    ------
    GzactiveError
        If a value does not fit the type.
    """
    from safetensors.numpy import save

    tensors = {_BACKBONE + name: np.asarray(values) for name, values in backbone.items()}
    if head is not None:
        tensors |= {"head/kernel": head.kernel, "head/bias": head.bias}
    with np.errstate(over="ignore"):
        stored = {name: np.ascontiguousarray(value, dtype) for name, value in tensors.items()}
    for name, values in stored.items():
        if not np.isfinite(values).all():
            raise GzactiveError(
                f"Tensor '{name}' holds a value that {dtype} cannot: write the file as float32, "
                f"or train again if the training diverged."
            )
    metadata = {
        "format": FORMAT,
        "tree": tree_id or "",
        "columns": json.dumps(list(columns)),
        "channels": str(channels),
        "card": json.dumps(dict(card)),
    } | ({"turned": _YES} if turned else {})
    atomic_write(path, save(stored, metadata))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
