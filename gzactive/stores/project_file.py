"""``project.toml``: what a project is, and its settings, as one file for people to read."""

import secrets
import shutil
import time
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from gzactive.errors import GzactiveError
from gzactive.images import ImageSettings
from gzactive.paths import atomic_write
from gzactive.stores.settings import Settings, unknown_name

__all__ = ["FORMAT", "NAME", "ProjectFile", "cannot_be_made", "half_made", "refuse_taken"]

#: File name inside a project, and the version of a project's layout that this package writes.
NAME = "project.toml"
FORMAT = 1

_HALF_MADE = "half-made"
#: A half-made folder older than this was left by a killed process.
_STALE_SECONDS = 3600.0
_TEXTS = ("name", "tree", "labels", "created", "gzactive")
_KNOWN = ("format", *_TEXTS, "seed", "images", "settings")


@dataclass(frozen=True)
class ProjectFile:
    """The content of a ``project.toml``.

    Attributes
    ----------
    name : str
    tree : str
        Id of a shipped tree, or ``tree.toml`` for the copy of the user's own.
    seed : int
        Decides which galaxies are reserved.
    labels : str
        File of the label log in the project, or the URL of a database.
    created, gzactive : str
        When and by which version it was made; for people.
    settings : Settings
    """

    name: str
    tree: str
    seed: int
    settings: Settings
    labels: str = "labels.sqlite"
    created: str = ""
    gzactive: str = ""

    def write(self, folder: Path) -> None:
        """Replace the file in a project's folder."""
        content = {
            "format": FORMAT,
            "name": self.name,
            "tree": self.tree,
            "seed": self.seed,
            "labels": self.labels,
            "created": self.created,
            "gzactive": self.gzactive,
            "images": self.settings.images.to_dict(),
            "settings": self.settings.to_dict(),
        }
        atomic_write(folder / NAME, tomli_w.dumps(content))

    @classmethod
    def read(cls, folder: Path) -> "ProjectFile":
        """Read the file in a project's folder.

        Raises
        ------
        GzactiveError
            If there is none, or it is not what a project of this version has.
        """
        path = folder / NAME
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise GzactiveError(
                f"{folder} is no project, for it has no {NAME}: make one with "
                f"`gzactive new {folder}`."
            ) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise GzactiveError(
                f"{path} cannot be read as TOML ({error}): mend that line."
            ) from error
        except OSError as error:
            raise GzactiveError(f"{path} cannot be read ({error.strerror}).") from error
        try:
            return cls._from_content(content)
        except GzactiveError as error:
            raise GzactiveError(f"{path}: {error}") from error

    @classmethod
    def _from_content(cls, content: dict[str, Any]) -> "ProjectFile":
        version = content.get("format")
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise GzactiveError(f"the format is {version!r}: it must be the number {FORMAT}.")
        if version > FORMAT:
            raise GzactiveError(
                f"this project was made by a newer gzactive (format {version}, this one reads up "
                f"to {FORMAT}): update gzactive."
            )
        for name in content:
            if name not in _KNOWN:
                raise GzactiveError(unknown_name("entry", name, list(_KNOWN)))
        for name in ("name", "tree", "seed"):
            if name not in content:
                raise GzactiveError(f"the entry '{name}' is missing: put it back.")
        texts = {name: content[name] for name in _TEXTS if name in content}
        for name, value in texts.items():
            if not isinstance(value, str):
                raise GzactiveError(f"the entry '{name}' is {value!r}: it must be a text.")
        seed = content["seed"]
        if not isinstance(seed, int) or isinstance(seed, bool):
            raise GzactiveError(f"the entry 'seed' is {seed!r}: it must be a whole number.")
        tables = {name: content.get(name, {}) for name in ("images", "settings")}
        for name, value in tables.items():
            if not isinstance(value, dict):
                raise GzactiveError(f"the entry '{name}' is {value!r}: it must be a table.")
        images = _image_settings(tables["images"])
        return cls(seed=seed, settings=Settings.from_dict(tables["settings"], images), **texts)


def _image_settings(values: dict[str, Any]) -> ImageSettings:
    default = ImageSettings().to_dict()
    for name, value in values.items():
        if name not in default:
            raise GzactiveError(unknown_name("image setting", name, list(default)))
        if type(value) is not type(default[name]):
            kind = "a text" if isinstance(default[name], str) else "a whole number"
            raise GzactiveError(f"The image setting '{name}' is {value!r}: it must be {kind}.")
    return ImageSettings.from_dict(values)


def half_made(folder: Path) -> Path:
    """A new folder beside a project's, in which to make it; what killed attempts left goes."""
    for path in folder.parent.glob(f".{folder.name}.{_HALF_MADE}-*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(path)
    made = folder.parent / f".{folder.name}.{_HALF_MADE}-{secrets.token_hex(4)}"
    made.mkdir()
    return made


def cannot_be_made(folder: Path, error: OSError) -> GzactiveError:
    """What to say where a folder cannot be written."""
    why = error.strerror or error
    return GzactiveError(f"The project {folder} cannot be made ({why}): choose another place.")


def refuse_taken(folder: Path) -> None:
    """Refuse a place for a new project where there is something already.

    Raises
    ------
    GzactiveError
        If it is a project, a file or a folder that is not empty.
    """
    if (folder / NAME).exists():
        raise GzactiveError(
            f"{folder} is a project already: open it with `gzactive app {folder}`, or choose "
            "another folder."
        )
    if folder.exists() and not folder.is_dir():
        raise GzactiveError(f"{folder} is a file: choose another place for the project.")
    if folder.is_dir() and any(folder.iterdir()):
        raise GzactiveError(f"{folder} is not empty: choose a new or an empty folder.")
