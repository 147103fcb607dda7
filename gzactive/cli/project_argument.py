"""The argument that most commands begin with: a project's folder, opened for a ``with`` block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gzactive.project import Project

__all__ = ["ProjectFolder", "open_project"]

ProjectFolder = Annotated[
    Path, typer.Argument(metavar="PROJECT", help="The project's folder, made by `gzactive new`.")
]


@contextmanager
def open_project(path: Path) -> Iterator[Project]:
    """Open a project, and close it whatever happens."""
    from gzactive.project import Project

    project = Project.open(path)
    try:
        yield project
    finally:
        project.close()
