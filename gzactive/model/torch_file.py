"""Tensors of a file that PyTorch saved, read without unpickling it.

Such a file is a ZIP: the numbers lie in it raw, and a pickle says which of them make which tensor.
A pickle is a program, and whoever runs it trusts its author. Here none is run: its instructions are
read one by one, and the few that describe a dictionary of tensors are followed as data; any other
ends the reading. So nothing can be called, whatever the file says.
"""

from __future__ import annotations

import math
import pickletools
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError

__all__ = ["read_torch"]

_TYPES = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "<i1",
    "ByteStorage": "<u1",
    "BoolStorage": "<?",
}
_TENSOR, _PARAMETER = "torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_parameter"
_DICTIONARY = "collections OrderedDict"
_KNOWN = {_TENSOR, _PARAMETER, _DICTIONARY, *(f"torch {name}" for name in _TYPES)}
#: What becomes a tree of names where tensors are nested: the usual wrappers of a state.
_WRAPPERS = ("state_dict", "model", "model_state_dict")

#: What zipfile, pickletools and the reading below raise on files that are damaged or forged.
_DAMAGE = (
    *(OSError, EOFError, ValueError, TypeError, AttributeError, LookupError, RuntimeError),
    *(NotImplementedError, zipfile.BadZipFile, zlib.error),
)


class _Unknown(Exception):
    """An instruction that no dictionary of tensors needs."""


@dataclass(frozen=True)
class _Name:
    """A global that the pickle mentions."""

    name: str


@dataclass(frozen=True)
class _Storage:
    """Where raw numbers lie in the ZIP."""

    key: str
    dtype: str


@dataclass(frozen=True)
class _Tensor:
    """Which of them make a tensor; offset and strides count elements."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Mark:
    """Where a group on the stack begins."""


def read_torch(path: Path) -> tuple[dict[str, tuple[int, ...]], Callable[[str], NDArray[Any]]]:
    """Shapes of a state's tensors by name, and a function that reads one.

    Parameters
    ----------
    path : ``.bin``, ``.pt`` or ``.pth`` of PyTorch 1.6 or later, a dictionary of tensors

    Raises
    ------
    GzactiveError
        If it is no such file, is damaged, or holds anything besides tensors.
    """
    try:
        with zipfile.ZipFile(path) as file:
            names = file.namelist()
            pickles = [name for name in names if PurePosixPath(name).name == "data.pkl"]
            if len(pickles) != 1:
                raise GzactiveError(
                    f"'{path.name}' is no state that PyTorch saved (it has no data.pkl): save it "
                    f"with torch.save(model.state_dict(), …)."
                )
            root = PurePosixPath(pickles[0]).parent
            order = str(root / "byteorder")
            if order in names and file.read(order) != b"little":
                raise GzactiveError(
                    f"'{path.name}' was saved on a big-endian machine: save it on another."
                )
            found = _Reading().run(file.read(pickles[0]))
    except _Unknown as error:
        raise GzactiveError(
            f"'{path.name}' holds more than tensors ({error}), which could run code when opened, "
            f"and is not read: convert it where it came from, with "
            f"safetensors.torch.save_file(torch.load('{path.name}', weights_only=True), …)."
        ) from error
    except _DAMAGE as error:
        raise GzactiveError(
            f"'{path}' is not a whole file of PyTorch 1.6 or later ({error}): fetch it again, or "
            f"save the state as .safetensors."
        ) from error
    tensors = _state(found)
    if not tensors:
        raise GzactiveError(f"'{path.name}' holds no tensors by name: save a model's state_dict().")

    def read(name: str) -> NDArray[Any]:
        tensor = tensors[name]
        dtype = np.dtype(tensor.storage.dtype)
        try:
            with zipfile.ZipFile(path) as file:
                raw = np.frombuffer(file.read(str(root / "data" / tensor.storage.key)), dtype)
            steps = zip(tensor.shape, tensor.strides, strict=True)
            last = tensor.offset + sum((n - 1) * step for n, step in steps)
            if math.prod(tensor.shape) and not 0 <= tensor.offset <= last < len(raw):
                raise ValueError(f"'{name}' reaches beyond its {len(raw)} numbers")
        except _DAMAGE as error:
            raise GzactiveError(
                f"Tensor '{name}' of '{path}' cannot be read ({error}): fetch the file again."
            ) from error
        bytes_ = tuple(step * dtype.itemsize for step in tensor.strides)
        view = np.lib.stride_tricks.as_strided(raw[tensor.offset :], tensor.shape, bytes_)
        return view.copy()

    return {name: one.shape for name, one in tensors.items()}, read


def _state(found: Any) -> dict[str, _Tensor]:
    """The tensors of a dictionary, or of the one it wraps."""
    if not isinstance(found, Mapping):
        return {}
    inner = next((found[key] for key in _WRAPPERS if isinstance(found.get(key), Mapping)), found)
    return {
        name: value
        for name, value in inner.items()
        if isinstance(name, str) and isinstance(value, _Tensor)
    }


class _Reading:
    """A pickle's stack and memo while its instructions are followed."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def run(self, program: bytes) -> Any:
        """What the program leaves; raises :class:`_Unknown` at the first strange instruction."""
        for opcode, argument, _ in pickletools.genops(program):
            if opcode.name == "STOP":
                return self.stack.pop()
            self._follow(opcode.name, argument)
        raise ValueError("its pickle has no end")

    def _follow(self, name: str, argument: Any) -> None:
        stack = self.stack
        match name:
            case "PROTO" | "FRAME":
                pass
            case "MARK":
                stack.append(_Mark())
            case "NONE":
                stack.append(None)
            case "NEWTRUE" | "NEWFALSE":
                stack.append(name == "NEWTRUE")
            case "BININT" | "BININT1" | "BININT2" | "LONG1" | "BINFLOAT":
                stack.append(argument)
            case "BINUNICODE" | "SHORT_BINUNICODE":
                stack.append(argument)
            case "EMPTY_TUPLE":
                stack.append(())
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                count = int(name[-1])
                stack[-count:] = [tuple(stack[-count:])]
            case "TUPLE":
                stack.append(tuple(self._group()))
            case "EMPTY_DICT":
                stack.append({})
            case "EMPTY_LIST":
                stack.append([])
            case "APPENDS":
                items = self._group()
                stack[-1].extend(items)
            case "SETITEM":
                value, key = stack.pop(), stack.pop()
                self._fill([key, value])
            case "SETITEMS":
                self._fill(self._group())
            case "BINPUT" | "LONG_BINPUT":
                self.memo[argument] = stack[-1]
            case "MEMOIZE":
                self.memo[len(self.memo)] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(self.memo[argument])
            case "GLOBAL":
                stack.append(self._known(argument))
            case "STACK_GLOBAL":
                attribute, module = stack.pop(), stack.pop()
                stack.append(self._known(f"{module} {attribute}"))
            case "BINPERSID":
                stack.append(self._storage(stack.pop()))
            case "REDUCE":
                arguments, what = stack.pop(), stack.pop()
                stack.append(self._made(what, arguments))
            case "BUILD":
                stack.pop()  # attributes of the dictionary, such as its versions
            case _:
                raise _Unknown(f"the instruction {name}")

    def _group(self) -> list[Any]:
        """Take what lies above the last mark."""
        marks = [i for i, item in enumerate(self.stack) if isinstance(item, _Mark)]
        at = marks[-1]
        group = self.stack[at + 1 :]
        del self.stack[at:]
        return group

    def _fill(self, pairs: list[Any]) -> None:
        if not isinstance(self.stack[-1], dict):
            raise _Unknown("items of something that is no dictionary")
        self.stack[-1].update(zip(pairs[::2], pairs[1::2], strict=True))

    @staticmethod
    def _known(name: str) -> _Name:
        if name not in _KNOWN:
            raise _Unknown(f"'{name.replace(' ', '.')}'")
        return _Name(name)

    @staticmethod
    def _storage(identity: Any) -> _Storage:
        kind, what, key = identity[:3]
        if kind != "storage" or not isinstance(what, _Name) or not isinstance(key, str):
            raise _Unknown(f"'{identity}'")
        return _Storage(key, _TYPES[what.name.removeprefix("torch ")])

    @staticmethod
    def _made(what: Any, arguments: tuple[Any, ...]) -> Any:
        match what:
            case _Name(name) if name == _DICTIONARY and not arguments:
                return {}
            case _Name(name) if name == _PARAMETER:
                return arguments[0]
            case _Name(name) if name == _TENSOR:
                storage, offset, shape, strides = arguments[:4]
                sizes = (int(offset), *map(int, shape), *map(int, strides))
                if not isinstance(storage, _Storage) or min(sizes) < 0:
                    raise ValueError(f"a tensor of {shape} that steps {strides}")
                return _Tensor(
                    storage, int(offset), tuple(map(int, shape)), tuple(map(int, strides))
                )
        raise _Unknown(f"a call of '{what}'")
