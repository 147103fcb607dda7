"""Another program's weights become a weights file of ours, with a card that says where from.

Which format a file has, its name tells; each has a reader that takes tensors only. Pickles, which
run code when they are opened, are never opened: of PyTorch's files the tensors alone are read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gzactive import __version__
from gzactive.errors import GzactiveError
from gzactive.model.foreign import ForeignWeights
from gzactive.model.keras_file import read_keras
from gzactive.model.named_tensors import read_npz, read_safetensors, read_state
from gzactive.model.weights_file import (
    SUFFIX,
    WeightsHeader,
    is_weights_file,
    read_header,
    shipped_weights,
    write_weights,
)
from gzactive.model.zoobot_v1 import read_checkpoint
from gzactive.paths import user_data
from gzactive.trees import available_trees, load_tree

__all__ = ["WeightsImport", "import_weights", "read_foreign"]

_CHECKPOINT_FILE = re.compile(r"\.(index|data-\d{5}-of-\d{5})$")
_READERS = {
    SUFFIX: read_safetensors,
    ".npz": read_npz,
    ".h5": read_keras,
    **dict.fromkeys((".bin", ".pt", ".pth"), read_state),
}
_PICKLES = (".ckpt", ".pkl", ".pickle")
_TREE = "gz-decals-dr5"  # that of the published Zoobot v1 weights


@dataclass(frozen=True)
class WeightsImport:
    """The file that was written, and sentences on what was taken, assumed and left out."""

    header: WeightsHeader
    remarks: tuple[str, ...]


def import_weights(
    source: Path,
    out: Path | None = None,
    *,
    name: str | None = None,
    tree: str | Path | None = None,
    card: Mapping[str, Any] | None = None,
) -> WeightsImport:
    """Write another program's weights as a weights file.

    Parameters
    ----------
    source : a Zoobot v1 checkpoint, ``.weights.h5``, ``.npz``, ``.safetensors`` or ``.bin``
        See :func:`read_foreign`.
    out : the ``.safetensors`` file to write; by default one among the person's own weights
    name : what to call it there, by default as the source; only without ``out``
    tree : whose answers the head gives: an id or a TOML file
        By default what the file says of itself, else the tree of Zoobot v1.
    card : what is known of the weights: description, data, credits, licence

    Raises
    ------
    GzactiveError
        If there is no such source, it does not hold an EfficientNet-B0, its head does not fit the
        tree, or the file cannot be written or exists already.
    """
    target = _target(source, out, name)
    weights, files = read_foreign(source)
    known = read_header(files[0]) if is_weights_file(files[0]) else None
    tree_id, columns, remark = _answers(weights, tree, known)
    turned = weights.turned or (known is not None and known.turned)
    description = f"{weights.format}, imported from {_CHECKPOINT_FILE.sub('', source.name)}"
    told = dict(card or {})
    written: dict[str, Any] = {
        "description": description,
        "data": "as published by its authors",
        "credits": "the authors of the weights, as they ask to be credited",
        "licence": "unknown: as published by its authors",
        **(known.card if known else {}),
        **told,
        "imported": {
            "by": f"gzactive {__version__}",
            "from": {file.name: f"SHA-256 {_sha256(file)}" for file in files},
            "ignored": {kind: len(names) for kind, names in weights.ignored.items()},
            "notes": [remark, *weights.notes],
        },
    }
    dtype = "float16" if _fits_half(weights) else "float32"
    try:
        if out is None:
            target.parent.mkdir(parents=True, exist_ok=True)
        write_weights(
            target,
            weights.backbone,
            head=weights.head,
            tree_id=tree_id,
            columns=columns,
            channels=weights.channels,
            card=written,
            dtype=dtype,
            turned=turned,
        )
    except OSError as error:
        raise GzactiveError(
            f"Cannot write '{target}' ({error.strerror}): choose another place with --out."
        ) from error
    remarks = [*_told(weights.ignored), remark, *weights.notes]
    if weights.channels > 1:
        remarks.append("It sees colour: a project made with it keeps the colours of its images.")
    return WeightsImport(read_header(target), tuple(remarks))


def read_foreign(source: Path) -> tuple[ForeignWeights, tuple[Path, ...]]:
    """Read another program's weights, and say which files they lie in.

    Parameters
    ----------
    source : one of
        a TensorFlow checkpoint of Zoobot v1, by its prefix or one of its files;
        ``.weights.h5`` of our architecture, as Keras 3 writes it;
        ``.npz`` or ``.safetensors`` of our architecture, with our names or timm's;
        ``.bin``, ``.pt`` or ``.pth``, a state with timm's names as PyTorch saves it.

    Raises
    ------
    GzactiveError
        If it is none of these, or its reader refuses it.
    """
    path = source.expanduser()
    prefix = path.with_name(_CHECKPOINT_FILE.sub("", path.name))
    parts = [file for file in _siblings(prefix) if _CHECKPOINT_FILE.search(file.name)]
    if parts or prefix != path:
        weights = read_checkpoint(prefix)
        return weights, tuple(sorted(parts, key=lambda file: file.suffix != ".index"))
    if path.is_dir():
        found = sorted(file for file in path.iterdir() if file.suffix in (".index", *_READERS))
        example = f", for instance {found[0]}" if found else ""
        raise GzactiveError(f"'{path}' is a folder: name the file in it{example}.")
    if not path.is_file():
        raise GzactiveError(f"There is no file and no checkpoint '{path}': check the path.")
    if path.suffix in _PICKLES:
        raise GzactiveError(
            f"'{path.name}' is a pickle, which can run code when it is opened, and is never read: "
            f"convert it where it came from, with safetensors.torch.save_file("
            f"torch.load('{path.name}', weights_only=True), '{path.stem}{SUFFIX}')."
        )
    if path.suffix not in _READERS:
        raise GzactiveError(
            f"'{path.name}' is of no known kind: give a TensorFlow checkpoint, or a file ending in "
            f".weights.h5, .npz, .bin, .pt or {SUFFIX}."
        )
    try:
        return _READERS[path.suffix](path), (path,)
    except OSError as error:
        raise GzactiveError(f"Cannot read '{path}' ({error.strerror}): copy it again.") from error


def _siblings(prefix: Path) -> list[Path]:
    """Files whose name begins with that of a checkpoint."""
    if not prefix.parent.is_dir():
        return []
    return [file for file in prefix.parent.iterdir() if file.name.startswith(f"{prefix.name}.")]


def _target(source: Path, out: Path | None, name: str | None) -> Path:
    """Where to write, known to be free before anything is read."""
    if out is not None:
        if name is not None:
            raise GzactiveError(
                f"The file '{out}' is called as it is: give --name without --out, for weights "
                f"that projects find by name."
            )
        target = out.expanduser()
        if target.suffix != SUFFIX:
            raise GzactiveError(f"Weights are kept as {SUFFIX}: write '{target}{SUFFIX}' instead.")
    else:
        stem = name or _CHECKPOINT_FILE.sub("", source.name).removesuffix(".weights.h5")
        stem = stem if name else stem.removesuffix(source.suffix)
        if not re.fullmatch(r"[\w][\w .+-]*", stem):
            raise GzactiveError(
                f"'{stem}' is no name for weights: give --name with letters, digits and dashes."
            )
        if stem in shipped_weights():
            raise GzactiveError(f"'{stem}' are shipped weights: give another --name.")
        target = user_data("weights") / f"{stem}{SUFFIX}"
    if target.exists():
        raise GzactiveError(
            f"'{target}' exists already: delete it first, or give another --out or --name."
        )
    return target


def _answers(
    weights: ForeignWeights, tree: str | Path | None, known: WeightsHeader | None
) -> tuple[str | None, Sequence[str], str]:
    """Tree of the head, its columns, and a sentence on both."""
    if weights.head is None:
        return None, (), "It has no head: every tree starts from equal fractions until labels come."
    if known is not None and tree is None:
        return known.tree_id, known.columns, f"Its head answers the tree '{known.tree_id}'."
    chosen = load_tree(tree or _TREE)
    if len(chosen.columns) != weights.head.n_answers:
        fitting = [
            each
            for each in available_trees()
            if len(load_tree(each).columns) == weights.head.n_answers
        ]
        raise GzactiveError(
            f"The head gives {weights.head.n_answers} answers and the tree '{chosen.id}' has "
            f"{len(chosen.columns)}: name the tree that it was trained on with --tree, "
            + (f"for instance {' or '.join(fitting)}." if fitting else "as a TOML file.")
        )
    return (
        chosen.id,
        chosen.columns,
        f"Its {weights.head.n_answers} answers are taken as those of '{chosen.id}', in that "
        f"tree's order" + ("." if tree else "; --tree names another."),
    )


def _told(ignored: dict[str, tuple[str, ...]]) -> list[str]:
    """One sentence a kind of what was left out."""
    return [
        f"Ignored, being no part of the model: {len(names):,} × {kind} ({names[0]}"
        + (", …)." if len(names) > 1 else ").")
        for kind, names in ignored.items()
    ]


def _fits_half(weights: ForeignWeights) -> bool:
    """Whether float16, half as large, holds every value exactly.

    Rounding to it moves the features of Zoobot's weights by more than 1e-4.
    """
    arrays = [*weights.backbone.values()]
    if weights.head is not None:
        arrays += [weights.head.kernel, weights.head.bias]
    with np.errstate(over="ignore"):
        return all(np.array_equal(one.astype(np.float16), one) for one in arrays)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
