"""What every reader of foreign weights does: our network's tensors, each found or refused by name.

A reader knows one format. It says under which name and in which shape that format keeps each of
our tensors; here the file is held against that list, so that no tensor is lost in silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.model.backbone import build_backbone
from gzactive.model.head import FEATURES, Head

__all__ = ["Account", "ForeignWeights", "account", "head_of", "layout", "numbers"]

_HEAD = ("head/kernel", "head/bias")

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Account:
    """Where each of our tensors is in a file, and what the file holds besides."""

    names: dict[str, str]  #: our name to theirs
    ignored: dict[str, tuple[str, ...]]  #: what it is, in words, to their names


@dataclass(frozen=True)
class ForeignWeights:
    """Weights read from another program's file, as our network takes them."""

    format: str  #: what the file was, in words
    backbone: dict[str, NDArray[np.float32]]  #: by ``<layer>/<variable>``
    head: Head | None  #: None for an encoder alone
    ignored: dict[str, tuple[str, ...]]  #: as in :class:`Account`
    notes: tuple[str, ...] = ()  #: sentences on what was assumed
    turned: bool = False  #: see :class:`gzactive.model.weights_file.WeightsHeader`

    @property
    def channels(self) -> int:
        """1 grey, 3 colour."""
        return int(self.backbone["stem_conv/kernel"].shape[2])

    @classmethod
    def of(
        cls,
        form: str,
        tensors: Mapping[str, NDArray[Any]],
        found: Account,
        *,
        notes: tuple[str, ...] = (),
        turned: bool = False,
    ) -> ForeignWeights:
        """Part tensors by our names into backbone and head.

        Raises
        ------
        GzactiveError
            If one holds no numbers, or a value that is not finite in float32.
        """
        values = {name: numbers(tensor, np.float32, name) for name, tensor in tensors.items()}
        for name, array in values.items():
            if not np.isfinite(array).all():
                raise GzactiveError(
                    f"'{found.names[name]}' (our '{name}') holds values that are not finite: take "
                    f"weights of a training that did not diverge."
                )
        head = Head(*(values.pop(name) for name in _HEAD)) if _HEAD[0] in values else None
        return cls(form, values, head, found.ignored, notes, turned)


def numbers(tensor: Any, dtype: type[np.floating[Any]], name: str) -> NDArray[Any]:
    """A tensor in a type of ours; what does not fit it becomes infinite.

    Raises
    ------
    GzactiveError
        If it is of complex numbers, text or the like.
    """
    array = np.asarray(tensor)
    try:
        with np.errstate(over="ignore"):
            return array.astype(dtype, casting="same_kind")
    except TypeError as error:
        raise GzactiveError(
            f"Tensor '{name}' is of {array.dtype}, where real numbers are needed: save the weights "
            f"as float32."
        ) from error


def layout(channels: int) -> dict[str, Shape]:
    """Shapes of our network's tensors by ``<layer>/<variable>``, in its order.

    Raises
    ------
    GzactiveError
        If there is no network for so many channels.
    """
    if channels not in (1, 3):
        raise GzactiveError(
            f"The weights take images of {channels} channels: only those of 1 (grey) or 3 (colour) "
            f"can be imported."
        )
    model: Any = build_backbone(channels, size=32)
    return {
        f"{layer.name}/{variable.name}": tuple(variable.shape)
        for layer in model.layers
        for variable in layer.weights
    }


def head_of(
    shapes: Mapping[str, Shape], theirs: tuple[str, str] = _HEAD
) -> dict[str, tuple[str, Shape]]:
    """What a file must hold of a head: nothing if it has neither of the two tensors.

    Parameters
    ----------
    shapes : of the file's tensors
    theirs : names of the kernel (1280, answers) and the bias (answers,) in the file
    """
    if not any(name in shapes for name in theirs):
        return {}
    answers = (shapes.get(theirs[1]) or (0,))[0]
    return dict(
        zip(_HEAD, zip(theirs, ((FEATURES, answers), (answers,)), strict=True), strict=True)
    )


def account(
    what: str,
    shapes: Mapping[str, Shape],
    expected: Mapping[str, tuple[str, Shape]],
    ignored: Mapping[str, str],
) -> Account:
    """Find each of our tensors in a file, and say what each other one is.

    Parameters
    ----------
    what : the file, for sentences: "checkpoint"
    shapes : of the file's tensors, by their names
    expected : our name to theirs, and the shape that it has there
    ignored : what is no part of the model, in words, to a pattern of their names

    Raises
    ------
    GzactiveError
        If a tensor is missing, of another shape, or unknown: the sentence names it.
    """
    for ours, (theirs, shape) in expected.items():
        if theirs not in shapes:
            raise GzactiveError(
                f"The {what} lacks '{theirs}' (our '{ours}'): it is no whole EfficientNet-B0."
            )
        if tuple(shapes[theirs]) != shape:
            raise GzactiveError(
                f"'{theirs}' (our '{ours}') has shape {tuple(shapes[theirs])} where {shape} is "
                f"needed: the {what} is not an EfficientNet-B0's."
            )
    names = {ours: theirs for ours, (theirs, _) in expected.items()}
    left_out: dict[str, list[str]] = {}
    for name in sorted(shapes.keys() - set(names.values())):
        kind = next((kind for kind, known in ignored.items() if re.search(known, name)), None)
        if kind is None:
            raise GzactiveError(
                f"The {what} holds '{name}', which EfficientNet-B0 has not: take another."
            )
        left_out.setdefault(kind, []).append(name)
    return Account(names, {kind: tuple(names) for kind, names in left_out.items()})
