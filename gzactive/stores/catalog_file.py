"""``catalog.parquet``: a project's galaxies, with paths that stay right when the project moves.

Paths of images that lie in the project, beside it or one folder up are stored relative to it;
others stay absolute. What a catalogue must have is in :mod:`gzactive.catalog`.
"""

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from gzactive.catalog import reserved_mask
from gzactive.errors import GzactiveError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NAME", "add_columns", "read_catalog", "write_catalog"]

#: File name inside a project.
NAME = "catalog.parquet"


def write_catalog(catalog: "pd.DataFrame", folder: Path, project: Path, seed: int) -> None:
    """Write a project's catalogue, with its reserved galaxies drawn.

    Parameters
    ----------
    catalog : DataFrame
        ``id_str``, ``file_loc`` (absolute) and any other columns.
    folder : Path
        Where to write.
    project : Path
        Where the project will lie: paths are relative to it.
    seed : int
        Of the project.

    Raises
    ------
    GzactiveError
        If a column is missing, an id or path is no text, an id is repeated, or there is no galaxy.
    """
    for name in ("id_str", "file_loc"):
        if name not in catalog.columns:
            raise GzactiveError(f"The catalogue has no column '{name}': rename or add it.")
        if not len(catalog):
            raise GzactiveError("The catalogue has no galaxies: give a table with rows.")
        column = catalog[name]
        no_text = ~column.map(lambda value: isinstance(value, str) and value != "").to_numpy(bool)
        if no_text.any():
            row = int(no_text.argmax())
            value = column.iloc[row]
            told = "nothing" if value == "" or value != value else repr(value)
            raise GzactiveError(
                f"Row {row + 1} of the catalogue has {told} as its {name}: every galaxy needs a "
                "text."
            )
    repeated = catalog["id_str"].duplicated()
    if repeated.any():
        raise GzactiveError(
            f"The id_str '{catalog['id_str'].iloc[int(repeated.to_numpy().argmax())]}' is in the "
            "catalogue more than once: keep one row a galaxy."
        )
    stored = catalog.reset_index(drop=True).copy(deep=False)
    stored["id_str"] = stored["id_str"].astype("str")
    stored["file_loc"] = _relative(stored["file_loc"].astype("str"), project)
    stored["reserved"] = reserved_mask(stored["id_str"], seed)
    stored.columns = stored.columns.astype("str")
    try:
        stored.to_parquet(folder / NAME, index=False)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise GzactiveError(
            f"The catalogue cannot be stored ({error}): give every column one kind of value."
        ) from error
    with (folder / NAME).open("r+b") as written:
        os.fsync(written.fileno())


def read_catalog(project: Path) -> "pd.DataFrame":
    """A project's catalogue, ``file_loc`` absolute.

    Raises
    ------
    GzactiveError
        If the file is missing or damaged.
    """
    import pandas as pd

    path = project / NAME
    try:
        catalog = pd.read_parquet(path)
    except FileNotFoundError as error:
        raise GzactiveError(missing(project)) from error
    except (OSError, ValueError) as error:
        raise GzactiveError(
            f"{path} cannot be read ({error}): put the file back from a copy of the project."
        ) from error
    for name in ("id_str", "file_loc", "reserved"):
        if name not in catalog.columns:
            raise GzactiveError(
                f"{path} has no column '{name}': put the file back from a copy of the project."
            )
    catalog["file_loc"] = _absolute(catalog["file_loc"].astype("str"), project)
    return catalog


def add_columns(project: Path, columns: "pd.DataFrame") -> None:
    """Add columns to a project's catalogue; of those it has, only the gaps are filled.

    Parameters
    ----------
    project : Path
    columns : DataFrame
        ``id_str`` (unique) and the columns; galaxies that the project has not are passed over.

    Raises
    ------
    GzactiveError
        If the catalogue is damaged, a column has several kinds of value, or the disk is full.
    """
    import pandas as pd

    read_catalog(project)  # which tells what is wrong with it
    stored = pd.read_parquet(project / NAME)
    new = columns.set_index("id_str").reindex(stored["id_str"])
    for name in map(str, new.columns):
        values = pd.Series(new[name].array, index=stored.index)
        if name in ("file_loc", "reserved"):
            continue
        if name not in stored:
            stored[name] = values
        elif stored[name].isna().any():
            stored[name] = stored[name].where(stored[name].notna(), values)
    temporary = project / f".{NAME}.{secrets.token_hex(6)}"
    try:
        stored.to_parquet(temporary, index=False)
        with temporary.open("r+b") as written:
            os.fsync(written.fileno())
        temporary.replace(project / NAME)
    except (ValueError, TypeError, ArithmeticError, OSError) as error:
        raise GzactiveError(
            f"The columns cannot be added to {project / NAME} ({error}): give every column one "
            "kind of value, and the disk some room."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def missing(project: Path) -> str:
    """What to say of a project without its catalogue."""
    return (
        f"The project {project} has lost its {NAME}: put the file back from a copy of the project."
    )


def _roots(project: Path) -> list[tuple[str, str]]:
    """Folders near a project, nearest first: how they begin when absolute, and when relative.

    The topmost folder of a disk is near everything, so it does not count.
    """
    roots = [("", project), ("../", project.parent), ("../../", project.parent.parent)]
    return [
        (f"{str(folder).rstrip(os.sep)}{os.sep}", relative)
        for relative, folder in roots
        if folder != folder.parent
    ]


def _relative(locations: "pd.Series[str]", project: Path) -> "pd.Series[str]":
    result = locations
    done = ~locations.str.startswith("")  # none yet
    for root, relative in _roots(project):
        here = locations.str.startswith(root) & ~done
        if here.any():
            tail = locations.str.slice(len(root))
            if os.sep != "/":
                tail = tail.str.replace(os.sep, "/", regex=False)
            result = result.where(~here, relative + tail)
            done |= here
    return result


def _absolute(locations: "pd.Series[str]", project: Path) -> "pd.Series[str]":
    result = locations
    done = locations.str.startswith(("/", "\\")) | (locations.str.slice(1, 2) == ":")
    for root, relative in reversed(_roots(project)):
        here = locations.str.startswith(relative) & ~done
        if here.any():
            tail = locations.str.slice(len(relative))
            if os.sep != "/":
                tail = tail.str.replace("/", os.sep, regex=False)
            result = result.where(~here, root + tail)
            done |= here
    return result
