"""Weights that others publish: which there are, and how they come here.

They are fetched from where their authors keep them, checked, and imported as a person's own files
would be. ``resources/weights/published.toml`` lists them.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gzactive.download import download
from gzactive.errors import GzactiveError
from gzactive.model.quiet import hushed
from gzactive.paths import resource, user_data
from gzactive.progress import Progress, silent

__all__ = ["PublishedWeights", "fetch_published", "published_weights"]

_POINTER = re.compile(r"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)


@dataclass(frozen=True)
class PublishedWeights:
    """Weights that somebody publishes, and what their card will say."""

    name: str
    description: str
    files: tuple[dict[str, str], ...]  #: ``name``, ``url``, perhaps ``sha256`` or ``pointer``
    open: str  #: which of them the import reads: a file, or the prefix of a checkpoint
    tree: str | None  #: whose answers the head gives; None without a head
    card: dict[str, Any]


def published_weights(path: Path | None = None) -> dict[str, PublishedWeights]:
    """All published weights by name.

    Parameters
    ----------
    path : of a list in the format of the shipped one, which is the default
    """
    listed = tomllib.loads((path or resource("weights/published.toml")).read_text("utf-8"))
    return {
        name: PublishedWeights(
            name=name,
            description=entry["description"],
            files=tuple(entry["files"]),
            open=entry["open"],
            tree=entry.get("tree"),
            card={key: entry[key] for key in ("description", "data", "credits", "licence")},
        )
        for name, entry in listed.items()
    }


def fetch_published(
    which: PublishedWeights, *, pause: float = 1.0, progress: Progress = silent
) -> tuple[str, ...]:
    """Download weights, check them, and import them among the person's own; remarks on that.

    Parameters
    ----------
    which : one of :func:`published_weights`
    pause : seconds before a second attempt
    progress : called with bytes; what it raises ends the transfer, which a later call takes up

    Raises
    ------
    GzactiveError
        If they are here already, the network stays away, a checksum differs, or the import refuses.
    """
    target = user_data("weights") / f"{which.name}.safetensors"
    if target.exists():
        raise GzactiveError(
            f"'{which.name}' are here already ({target}): delete the file to fetch them again."
        )
    folder = user_data("downloads") / which.name
    for file in which.files:
        expected = file.get("sha256")
        if "pointer" in file:
            expected = _pointed(file["pointer"], folder / f"{file['name']}.pointer", pause)
        place = folder / file["name"]
        download(file["url"], place, sha256=expected, pause=pause, progress=progress)
    with hushed():
        from gzactive.model.importing import import_weights
    try:
        done = import_weights(
            folder / which.open, name=which.name, tree=which.tree, card=which.card
        )
    except GzactiveError as error:
        shutil.rmtree(folder)  # what cannot be read would else be kept for ever
        raise GzactiveError(f"What was fetched cannot be used: {error}") from error
    shutil.rmtree(folder)
    return done.remarks


def _pointed(url: str, path: Path, pause: float) -> str:
    """The SHA-256 that a pointer of Git LFS names."""
    path.unlink(missing_ok=True)
    text = download(url, path, pause=pause).read_text("utf-8", errors="replace")
    found = _POINTER.search(text)
    if found is None:
        raise GzactiveError(
            f"{url} is no pointer that names a SHA-256, so the weights could not be checked: "
            f"fetch them by hand and give them to `gzactive import-weights`."
        )
    return found.group(1)
